import { expect, test } from 'vitest';
import { memoryAccess, type RandomAccess } from '../../src/bytes/random-access.ts';
import { readPeVersion } from '../../src/pe/version.ts';
import { buildPe } from './build-pe.ts';

const RPCRT4 = { version: [5, 0, 2195, 6662], strings: { FileVersion: '5.00.2195.6662' } } as const;
const read = (bytes: Uint8Array) => readPeVersion(memoryAccess(bytes));

test.each([false, true])('the fixed version, the strings and the link time are read (PE32+: %s)', (plus) => {
  const version = read(buildPe({ ...RPCRT4, plus }));
  expect(version.format).toBe(plus ? 'PE32+' : 'PE32');
  expect(version.fileVersion).toEqual([5, 0, 2195, 6662]);
  expect(version.main?.stringTables[0]?.strings.get('FileVersion')).toBe('5.00.2195.6662');
  expect(new Date(version.linkedAtMs ?? 0).toISOString()).toBe('2003-03-18T21:26:00.000Z');
  expect(version.resources[0]?.translations).toEqual([{ language: 0x409, codePage: 1200 }]);
  expect(version.resources[0]?.fixed).toMatchObject({ structVersion: 0x10000, flagsMask: 0x3f, os: 0x40004, type: 2 });
});

test('only headers and the resource are read, not the file', () => {
  const bytes = buildPe({ ...RPCRT4, resourceOffset: 64 << 20 });
  let total = 0;
  const counting: RandomAccess = {
    size: bytes.length,
    read: (offset, length) => {
      total += length;
      return bytes.subarray(offset, offset + length);
    },
  };
  expect(readPeVersion(counting).fileVersion).toEqual([5, 0, 2195, 6662]);
  expect(total).toBeLessThan(40_000);
});

test('a file without resources has no version, which is no error', () => {
  const bytes = buildPe(RPCRT4);
  bytes.writeUInt32LE(0, 0x98 + 96 + 16);
  expect(read(bytes)).toMatchObject({ fileVersion: null, resources: [] });
});

test('an image that is aligned to 32 bytes is read where its pointers say', () => {
  const bytes = buildPe({ ...RPCRT4, resourceOffset: 0x420 });
  bytes.writeUInt32LE(32, 0x98 + 32);
  bytes.writeUInt32LE(32, 0x98 + 36);
  expect(read(bytes).fileVersion).toEqual([5, 0, 2195, 6662]);
  // Aligned to 512, the loader reads from the sector before: what lies there is no resource directory.
  bytes.writeUInt32LE(512, 0x98 + 36);
  expect(read(bytes).fileVersion).toBeNull();
});

test('a version resource with another name than 1 is no version, as for Windows', () => {
  const bytes = buildPe(RPCRT4);
  bytes.writeUInt32LE(2, 0x400 + 0x18 + 16);
  const version = read(bytes);
  expect(version).toMatchObject({ main: null, fileVersion: null });
  expect(version.resources).toHaveLength(1);
});

test.each([
  ['hello world', /offset 0x0: not an executable file/],
  [mz('NE'), /offset 0x40: a 16-bit Windows or OS\/2 program/],
  [mz('LE'), /offset 0x40: a linear executable/],
  [mz('xx'), /offset 0x40: a DOS program: no "PE" signature/],
  ['MZ', /offset 0x0: a DOS program/],
])('a file that is something else is called by its name', (text, message) => {
  expect(() => read(Buffer.from(text, 'latin1'))).toThrow(message);
});

test('damage is an error of ours that names the offset', () => {
  const loop = buildPe(RPCRT4);
  loop.writeUInt32LE(0x80000000, 0x400 + 0x18 + 20);
  expect(() => read(loop)).toThrow(/offset 0x400: a resource directory is listed twice/);
  const outside = buildPe(RPCRT4);
  outside.writeUInt32LE(0xfffffff0, 0x400 + 0x48);
  expect(() => read(outside)).toThrow(/offset 0x448: resource data at RVA 0xfffffff0/);
  const huge = buildPe(RPCRT4);
  huge.writeUInt32LE(0xffffffff, 0x400 + 0x4c);
  expect(() => read(huge)).toThrow(/a version resource of 4294967295 bytes/);
  const unsigned = buildPe(RPCRT4);
  unsigned.writeUInt32LE(0, 0x400 + 0x60 + 40);
  expect(() => read(unsigned)).toThrow(/offset 0x488: VS_FIXEDFILEINFO without the signature/);
});

function mz(signature: string): string {
  const bytes = Buffer.alloc(128);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x40, 0x3c);
  bytes.write(signature, 0x40, 'latin1');
  return bytes.toString('latin1');
}
