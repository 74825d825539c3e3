import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nativeClusterApi } from '../../../src/windows/native-cluster.ts';
import { registryValues } from '../../../src/windows/registry.ts';
import { handleCount, leakHandles } from './system-handles.ts';
import { setDll } from './test-dll.ts';

const FACTOR = Number(process.env.CLUSTEST_SOAK_FACTOR ?? 1);
const READS = 20_000 * FACTOR;
const PAIRS = 10_000 * FACTOR;
/** The count moves in steps of up to 128 under Wine, and the threads that work have handles too. */
const HANDLE_SLACK = 512;
const MEMORY_SLACK = 24 * 1024 * 1024;
const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

test(`${READS} registry reads leave memory and handles where they were`, async () => {
  await flat(READS, () => registryValues(KEY));
});

test(`${PAIRS} opens and closes leave memory and handles where they were`, async () => {
  setDll();
  const api = nativeClusterApi();
  await flat(PAIRS, async () => (await api.openCluster('CLUSTER1')).close());
});

test('the same check finds handles that are not given back', () => {
  const before = handleCount();
  leakHandles(2 * HANDLE_SLACK);
  assert.ok(handleCount() - before > HANDLE_SLACK);
});

async function flat(count: number, work: () => Promise<unknown>): Promise<void> {
  // The first half fills caches, starts threads and lets the heap find its size.
  await inParallel(count / 2, work);
  const before = measure();
  await inParallel(count / 2, work);
  const after = measure();
  assert.ok(Math.abs(after.handles - before.handles) <= HANDLE_SLACK, `handles ${before.handles} → ${after.handles}`);
  assert.ok(after.memory - before.memory < MEMORY_SLACK, `memory ${before.memory} → ${after.memory} bytes`);
}

function measure(): { readonly handles: number; readonly memory: number } {
  globalThis.gc?.();
  globalThis.gc?.();
  return { handles: handleCount(), memory: process.memoryUsage().rss };
}

async function inParallel(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
