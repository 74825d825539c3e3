import { expect, test } from 'vitest';
import { DueQueue } from '../../src/explain/due-queue.ts';

test('each thing is taken out once, when it has been there for longer than the delay', () => {
  const queue = new DueQueue<number>(10);
  for (let ms = 0; ms < 1_000; ms++) queue.push(ms, ms);
  expect([...queue.due(10)]).toEqual([]);
  expect([...queue.due(12)]).toEqual([0, 1]);
  let taken = 2;
  for (let ms = 13; ms < 2_000; ms++) taken += [...queue.due(ms)].length;
  expect(taken).toBe(1_000);
});

test('what is put in again while the due ones are taken waits for the next time', () => {
  const queue = new DueQueue<string>(10);
  queue.push('late', 0);
  queue.push('later', 5);
  const seen: string[] = [];
  for (const each of queue.due(100)) {
    seen.push(each);
    queue.push(each, 0);
  }
  expect(seen).toEqual(['late', 'later']);
  expect([...queue.due(100)]).toEqual(['late', 'later']);
});
