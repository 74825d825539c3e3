import { expect, test } from 'vitest';
import { ByteWindow } from '../../src/capture/byte-window.ts';
import { pattern } from './builder.ts';

test('a chunk is used where it lies when nothing is left of the one before', () => {
  const window = new ByteWindow();
  const chunk = pattern(10);
  window.append(chunk);
  expect(window.bytes).toBe(chunk);
  window.skip(10);
  window.append(chunk);
  expect(window.bytes).toBe(chunk);
  expect(window.position).toBe(10);
});

test('a record that comes byte by byte is copied a logarithmic number of times', () => {
  const window = new ByteWindow();
  const record = pattern(65_536);
  const buffers = new Set<Uint8Array>();
  for (let i = 0; i < record.length; i++) {
    window.append(record.subarray(i, i + 1));
    buffers.add(window.bytes);
  }
  expect(buffers.size).toBeLessThan(12);
  expect(record.equals(window.bytes.subarray(0, window.available))).toBe(true);
});

test('views that were handed out stay as they were', () => {
  const window = new ByteWindow();
  const bytes = pattern(5000);
  const views: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 50) {
    window.append(bytes.slice(at, at + 50));
    while (window.available >= 32) {
      views.push(window.bytes.subarray(window.offset, window.offset + 32));
      window.skip(32);
    }
  }
  expect(Buffer.concat(views).equals(bytes.subarray(0, 32 * views.length))).toBe(true);
  expect(window.position).toBe(32 * views.length);
});

test('no more is passed over than there is', () => {
  const window = new ByteWindow();
  window.append(pattern(3));
  expect(window.skip(5)).toBe(3);
  expect(window.available).toBe(0);
});
