import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nativeClusterApi, nativeStats } from '../../../src/windows/native-cluster.ts';
import { dllLog, setDll } from './test-dll.ts';

const DELAY = 500;

test('64 opens of 500 ms with 32 threads take two rounds and leave the event loop and fs alone', async () => {
  const log = dllLog();
  setDll({ OPEN_DELAY: DELAY, LOG: log.file });
  const api = nativeClusterApi({ threads: 32 });
  let gap = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
  }, 5);
  const began = performance.now();
  const opens = Array.from({ length: 64 }, () => api.openCluster('CLUSTER1'));
  const stats = nativeStats();
  assert.equal(stats.busy + stats.queued, 64);
  const reads = Promise.all(
    Array.from({ length: 16 }, async () => (await readFile(fileURLToPath(import.meta.url))).length),
  );
  const readMs = reads.then(() => performance.now() - began);
  const clusters = await Promise.all(opens);
  const elapsed = performance.now() - began;
  clearInterval(beat);
  // A third round would need 1 500 ms.
  assert.ok(elapsed >= 2 * DELAY - 50 && elapsed < 3 * DELAY, `two rounds of ${DELAY} ms took ${elapsed} ms`);
  assert.ok((await readMs) < DELAY, `fs answered after ${await readMs} ms`);
  assert.ok(gap < 100, `the event loop stood still for ${gap} ms`);
  setDll({ LOG: log.file });
  await Promise.all(clusters.map((cluster) => cluster.close()));
  assert.equal(log.count('open'), 64);
  assert.ok(log.isBalanced());
  assert.deepEqual([nativeStats().busy, nativeStats().queued], [0, 0]);
});

test('an open that is aborted while it waits for a thread is never made', async () => {
  const log = dllLog();
  setDll({ OPEN_DELAY: 300, LOG: log.file });
  const api = nativeClusterApi({ threads: 1 });
  const first = api.openCluster('FIRST');
  const controller = new AbortController();
  const second = api.openCluster('SECOND', { signal: controller.signal });
  controller.abort();
  await assert.rejects(second, { name: 'AbortError' });
  await (await first).close();
  await api.nodeClusterState(null);
  assert.equal(log.count('open'), 1);
});

test('waiting for a thread counts in the timeout, and the error says who holds it', async () => {
  setDll({ OPEN_DELAY: 600 });
  const api = nativeClusterApi({ threads: 1 });
  const first = api.openCluster('SLOW');
  await assert.rejects(api.openCluster('NEXT', { timeout: 100 }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'ERR_CLUSRPC_NO_FREE_THREAD');
    assert.match(error.message, /OpenCluster\("NEXT"\).* 1 of 1 .*OpenCluster\("SLOW"\)/);
    return true;
  });
  await (await first).close();
});
