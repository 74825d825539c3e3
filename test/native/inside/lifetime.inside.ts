import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BACKENDS, type BackendName, backend } from './backends.ts';
import { collectUntil, type DllSettings, dllEnvironment, dllLog, setDll } from './test-dll.ts';

for (const name of BACKENDS) {
  test(`${name}: handles that nobody holds any more are closed, each once`, async () => {
    const log = dllLog();
    setDll({ LOG: log.file });
    await openAndForget(name, 20);
    await collectUntil(() => log.count('close') === 20);
    assert.equal(log.count('close'), 20);
    assert.ok(log.isBalanced());
  });

  test(`${name}: a close and a collection close once`, async () => {
    const log = dllLog();
    setDll({ LOG: log.file });
    await openAndClose(name, 10);
    // A second set, only collected: when its closes are there, those of the first would be too.
    await openAndForget(name, 10);
    await collectUntil(() => log.count('close') >= 20);
    assert.equal(log.count('close'), 20);
    assert.ok(log.isBalanced());
  });

  test(`${name}: the handle of an open that was given up is closed when it arrives`, async () => {
    const log = dllLog();
    setDll({ OPEN_DELAY: 300, LOG: log.file });
    const controller = new AbortController();
    const aborted = backend(name).openCluster('A', { signal: controller.signal });
    const late = backend(name).openCluster('B', { timeout: 50 });
    const began = performance.now();
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(aborted, { name: 'AbortError' });
    await assert.rejects(late, { code: /ERR_CLUSRPC_(TIMEOUT|NO_FREE_THREAD)/ });
    assert.ok(performance.now() - began < 250, 'both rejected before OpenCluster returned');
    await log.until('both handles closed', () => log.count('close') === 2);
    assert.ok(log.isBalanced());
  });

  test(`${name}: a close waits for the queries under way`, async () => {
    const log = dllLog();
    setDll({ CALL_DELAY: 200, LOG: log.file });
    const cluster = await backend(name).openCluster('CLUSTER1');
    const asked = cluster.information();
    await cluster.close();
    assert.equal((await asked).name, 'CLUSTER1');
    assert.ok(log.isBalanced());
  });

  test(`${name}: a query that was given up still ends before the close`, async () => {
    const log = dllLog();
    setDll({ CALL_DELAY: 300, LOG: log.file });
    const cluster = await backend(name).openCluster('CLUSTER1');
    await assert.rejects(cluster.information({ timeout: 100 }), { code: 'ERR_CLUSRPC_TIMEOUT' });
    await cluster.close();
    assert.ok(log.isBalanced());
  });
}

// Each in a process of its own, which waits most of its time.
describe('programs that end', { concurrency: 4 }, () => {
  for (const name of BACKENDS) {
    test(`${name}: process.exit in the middle closes what is open and what is being opened`, async () => {
      const { log, code } = await runChild('exit', name, { OPEN_DELAY: 200 });
      assert.equal(code, 7);
      assert.equal(log.count('open') >= 5, true);
      assert.ok(log.isBalanced(), JSON.stringify(log.events()));
    });

    test(`${name}: an uncaught error closes what is open`, async () => {
      const { log, code } = await runChild('throw', name);
      assert.equal(code, 1);
      assert.equal(log.count('open'), 5);
      assert.ok(log.isBalanced());
    });

    test(`${name}: a program that ends by itself closes what is open`, async () => {
      const { log, code } = await runChild('dry', name);
      assert.equal(code, 0);
      assert.equal(log.count('open'), 5);
      assert.ok(log.isBalanced());
    });

    for (const { ending, what, settings } of [
      { ending: 'hang', what: 'an OpenCluster', settings: { OPEN_HANG: 1 } },
      { ending: 'close-hang', what: 'a CloseCluster', settings: {} },
    ]) {
      test(`${name}: process.exit waits no longer than exitWait for ${what} that hangs`, async () => {
        // exitWait is 300 ms there, and 2 000 where nobody says it. Other programs can only make it slower.
        const waited: number[] = [];
        while (waited.length < 3 && Math.min(...waited) > 1_800) {
          const { log, code } = await runChild(ending, name, settings);
          waited.push(Date.now() - Number(readFileSync(`${log.file}.left`, 'utf8')));
          assert.equal(code, 7);
        }
        assert.ok(Math.min(...waited) <= 1_800, `${waited} ms`);
      });
    }

    test(`${name}: process.exit while the library is being loaded ends as it says`, async () => {
      for (const after of [0, 100]) assert.equal((await runChild('load', name, {}, `${after}`)).code, 7);
    });

    test(`${name}: a worker that is terminated closes its handles, those of the main thread stay`, async () => {
      // An open of the FFI backend that is under way then is lost, since no JavaScript sees its end.
      const { log, code } = await runChild('worker', name, name === 'native' ? { OPEN_DELAY: 200 } : {});
      assert.equal(code, 7);
      assert.ok(log.count('open') >= 4);
      assert.ok(log.isBalanced(), JSON.stringify(log.events()));
    });
  }

  test('native: a process that ends while a worker has handles closes them', async () => {
    const { log, code } = await runChild('worker-exit', 'native', { OPEN_DELAY: 200 });
    assert.equal(code, 7);
    assert.ok(log.count('open') >= 3);
    assert.ok(log.isBalanced(), JSON.stringify(log.events()));
  });

  for (const { ending, what, delay } of [
    { ending: 'workers-exit', what: 'that open, begin another open and exit', delay: 0 },
    { ending: 'workers-terminated', what: 'that are terminated under load', delay: 5 },
  ]) {
    test(`native: fifty workers ${what} end alone, and every handle is closed once`, async () => {
      const { log, code } = await runChild(ending, 'native', { OPEN_DELAY: delay });
      assert.equal(code, 7);
      assert.ok(log.count('open') >= 50);
      assert.ok(log.isBalanced(), JSON.stringify(log.events().slice(-20)));
    });
  }
});

async function openAndForget(name: BackendName, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => backend(name).openCluster('CLUSTER1')));
}

async function openAndClose(name: BackendName, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (await backend(name).openCluster('CLUSTER1')).close();
}

async function runChild(ending: string, name: BackendName, settings: DllSettings = {}, ...more: readonly string[]) {
  const log = dllLog();
  const environment = dllEnvironment({ ...settings, LOG: log.file });
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./child.js', import.meta.url)), ending, name, ...more],
    {
      stdio: 'ignore',
      env: { ...process.env, ...environment },
    },
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  return { log, code };
}
