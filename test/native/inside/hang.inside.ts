import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nativeClusterApi, nativeStats } from '../../../src/windows/native-cluster.ts';
import { registryValues } from '../../../src/windows/registry.ts';
import { dllLog, setDll, until } from './test-dll.ts';

// The calls of this file never return, so it is a process of its own, and its end is a test too: it must end.
test('with 32 opens that never return the 33rd fails in time, and everything else goes on', async () => {
  const log = dllLog();
  setDll({ LOG: log.file });
  const api = nativeClusterApi({ threads: 32 });
  const before = await api.openCluster('BEFORE');
  setDll({ OPEN_HANG: 1, LOG: log.file });
  const controller = new AbortController();
  const open = (i: number) => api.openCluster(`HUNG${i}`, { signal: controller.signal, timeout: 60_000 });
  const hung = Array.from({ length: 32 }, (_, i) => open(i));
  await until(() => nativeStats().busy === 32);
  controller.abort();
  for (const result of await Promise.allSettled(hung)) {
    assert.equal(result.status === 'rejected' && result.reason.name, 'AbortError');
  }
  const began = performance.now();
  await assert.rejects(api.openCluster('LATE', { timeout: 300 }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'ERR_CLUSRPC_NO_FREE_THREAD');
    assert.match(error.message, /32 of 32 .*OpenCluster\("HUNG0"\)/);
    return true;
  });
  const waited = performance.now() - began;
  assert.ok(waited >= 290 && waited < 1_000, `it failed after ${waited} ms`);
  const { lanes, busy, abandoned, queued } = nativeStats();
  assert.deepEqual([busy, abandoned, queued], [32, 32, 0]);
  assert.equal(lanes.open.oldest?.subject, 'HUNG0');

  await before.close();
  assert.ok(log.isBalanced());
  assert.ok((await readFile(fileURLToPath(import.meta.url))).length > 0);
  const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
  assert.ok((await registryValues(key, { timeout: 5_000 })).length > 0);
});
