import { afterEach, expect, test, vi } from 'vitest';
import { openCluster } from '../../src/open/open-cluster.ts';
import { startEmulator } from '../../src/testing.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['the default fake timers', 'virtual', {}],
  ['fake timers that advance by themselves', 'virtual', { shouldAdvanceTime: true }],
  ['the default fake timers', 'real', {}],
] as const)('under %s a test on %s time runs to its end', async (_, time, fakes) => {
  vi.useFakeTimers(fakes);
  const emulator = await startEmulator({ time });
  emulator.install();
  emulator.fault({ on: 'callback', action: 'drop', times: 1 });
  const cluster = await openCluster('CLUSTER1', { timeout: 15_000 });
  expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
  await cluster.close();
  if (time === 'virtual') await emulator.advance('10m');
  await emulator.close();
});
