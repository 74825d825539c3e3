import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ClusterApi } from '../../../src/windows/cluster-api.ts';
import { nativeClusterApi, nativeStats } from '../../../src/windows/native-cluster.ts';
import { dllLog, setDll, until } from './test-dll.ts';

const DELAY = 500;

test('64 opens of 500 ms with 32 threads take two rounds and leave the event loop and fs alone', async () => {
  const api = nativeClusterApi({ threads: 32 });
  // Other programs of this machine can only make it slower, so the best of three counts.
  const rounds = [await round(api), await round(api), await round(api)];
  const best = (pick: (of: Round) => number): number => Math.min(...rounds.map(pick));
  const said = JSON.stringify(rounds);
  assert.ok(
    rounds.every(({ elapsed }) => elapsed >= 2 * DELAY - 50),
    said,
  );
  // A third round would need 1 500 ms.
  assert.ok(best(({ elapsed }) => elapsed) < 3 * DELAY, said);
  assert.ok(best(({ fsAnswered }) => fsAnswered) < DELAY, said);
  assert.ok(best(({ gap }) => gap) < 100, said);
});

interface Round {
  readonly elapsed: number;
  /** ms until sixteen readFile had answered, all opens being under way. */
  readonly fsAnswered: number;
  /** The longest that the event loop stood still, in ms. */
  readonly gap: number;
}

async function round(api: ClusterApi): Promise<Round> {
  const log = dllLog();
  setDll({ OPEN_DELAY: DELAY, LOG: log.file });
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
  const file = fileURLToPath(import.meta.url);
  const reads = Promise.all(Array.from({ length: 16 }, () => readFile(file)));
  const fsAnswered = await reads.then(() => performance.now() - began);
  const clusters = await Promise.all(opens);
  const elapsed = performance.now() - began;
  clearInterval(beat);
  setDll({ LOG: log.file });
  await Promise.all(clusters.map((cluster) => cluster.close()));
  assert.equal(log.count('open'), 64);
  assert.ok(log.isBalanced());
  await until(() => nativeStats().busy + nativeStats().queued === 0);
  return { elapsed, fsAnswered, gap };
}

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
