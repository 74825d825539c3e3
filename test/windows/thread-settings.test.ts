import { expect, test } from 'vitest';
import { checkedExitWait, checkedThreads, threadsFromEnvironment } from '../../src/windows/thread-settings.ts';

test('CLUSRPC_THREADS is a number of threads, or nothing', () => {
  expect(threadsFromEnvironment(undefined)).toBeUndefined();
  expect(threadsFromEnvironment('')).toBeUndefined();
  expect(threadsFromEnvironment('300')).toBe(300);
});

test.each(['0', '1025', '1.5', 'many', '-4'])('CLUSRPC_THREADS=%s is refused by its name', (text) => {
  expect(() => threadsFromEnvironment(text)).toThrow(
    expect.objectContaining({
      code: 'ERR_CLUSRPC_INVALID_OPTION',
      message: expect.stringContaining('CLUSRPC_THREADS'),
    }),
  );
});

test('what an option does not say stays as it was', () => {
  expect([checkedThreads(undefined), checkedExitWait(undefined), checkedExitWait(0)]).toEqual([
    undefined,
    undefined,
    0,
  ]);
  expect(() => checkedThreads(0)).toThrow(/threads must be a whole number from 1 to 1024/);
  expect(() => checkedExitWait(-1)).toThrow(/exitWait/);
});
