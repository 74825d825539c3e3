import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmulatedHost } from '../../../src/emulator/host.ts';
import { claimLoopbackPair } from '../../../src/emulator/loopback.ts';
import { openCluster } from '../../../src/open/open-cluster.ts';
import { probe } from '../../../src/probe/probe.ts';
import { CONTRACT, type Subject } from '../../contract/contract.ts';
import { type DllSettings, dllLog, setDll } from './test-dll.ts';

const VERSION = {
  major: 5,
  minor: 0,
  build: 2195,
  servicePack: 'Service Pack 3',
  vendor: 'Microsoft(R) Cluster service',
};

if (process.env.CLUSTEST_KIND === 'none') {
  test('without clusapi.dll native and ffi fail with ERROR_MOD_NOT_FOUND, and auto goes over the wire', async () => {
    for (const backend of ['native', 'ffi'] as const) {
      await assert.rejects(openCluster('CLUSTER1', { backend }), {
        code: 'ERROR_MOD_NOT_FOUND',
        errno: 126,
        stage: 'open-cluster',
      });
    }
    // Nothing listens there, which only wire can tell.
    await assert.rejects(openCluster('127.0.0.1', { timeout: 3_000 }), (error: Error & { stage?: string }) =>
      /mapper|timeout/.test(`${error.stage}`),
    );
  });
} else {
  for (const backend of ['native', 'ffi', 'auto'] as const) {
    test(`openCluster with backend ${backend} opens, answers and closes`, async () => {
      const log = dllLog();
      setDll({ LOG: log.file });
      const cluster = await openCluster('CLUSTER1', { backend, closeTimeout: 60_000 });
      assert.equal(cluster.backend, backend === 'auto' ? 'native' : backend);
      assert.deepEqual([cluster.name, cluster.node, cluster.version], ['CLUSTER1', '', VERSION]);
      assert.deepEqual(await cluster.nodes(), ['NODE1', 'NODE2']);
      await cluster.close();
      assert.ok(log.isBalanced());
    });
  }

  const until = (settings: DllSettings) => (): (() => void) => {
    setDll(settings);
    return setDll;
  };
  for (const backend of ['native', 'ffi'] as const) {
    const subject: Subject = {
      backend,
      target: 'CLUSTER1',
      refuse: until({ OPEN_ERROR: 5 }),
      hang: until({ OPEN_HANG: 1 }),
    };
    for (const { name, check } of CONTRACT) {
      test(`${backend} keeps what openCluster promises: ${name}`, () => {
        setDll();
        return check(subject);
      });
    }
  }

  test('null opens the cluster of this node, and probe does so too', async () => {
    const log = dllLog();
    setDll({ LOG: log.file });
    for (const backend of ['native', 'ffi', 'auto'] as const) {
      const cluster = await openCluster(null, { backend, closeTimeout: 60_000 });
      assert.equal(cluster.name, 'LOCAL');
      await cluster.close();
    }
    const { results } = await probe([], { local: true });
    assert.deepEqual([results[0]?.target, results[0]?.cluster?.name], ['(this node)', 'LOCAL']);
    assert.ok(log.isBalanced());
  });

  test('a DLL that hangs keeps auto from wire for two seconds only, and the error tells both', async () => {
    setDll({ OPEN_HANG: 1 });
    const open = openCluster('127.0.0.1', { timeout: 3_500 });
    await assert.rejects(open, (error: Error & { stage?: string }) => {
      assert.match(error.message, /; and clusapi\.dll: OpenCluster\("127\.0\.0\.1"\) did not return within 3500 ms$/);
      assert.match(`${error.stage}`, /mapper|timeout/);
      return true;
    });
    setDll();
  });

  for (const { what, settings } of [
    { what: 'hangs', settings: { OPEN_HANG: 1 } },
    { what: 'finds no server', settings: { OPEN_ERROR: 1722, OPEN_DELAY: 100 } },
  ]) {
    test(`beside a DLL that ${what}, auto opens a host of Windows 2000 over the wire within three seconds`, async () => {
      setDll(settings);
      const { host: address, release } = await claimLoopbackPair();
      const host = await EmulatedHost.start({ address, epmPort: 135 });
      const began = performance.now();
      const cluster = await openCluster(address);
      assert.ok(performance.now() - began < 3_000, `it took ${performance.now() - began} ms`);
      assert.deepEqual([cluster.backend, await cluster.nodes()], ['wire', ['NODE1', 'NODE2']]);
      await cluster.close();
      await host.close();
      await release();
      setDll();
    });
  }

  test('an open whose version cannot be read leaves no handle behind', async () => {
    const log = dllLog();
    setDll({ CALL_ERROR: 5, LOG: log.file });
    await assert.rejects(openCluster('CLUSTER1', { backend: 'native' }), { errno: 5, stage: 'cluster-version' });
    assert.equal(log.count('open'), 1);
    assert.ok(log.isBalanced());
  });

  test('a close that hangs costs the caller no more than closeTimeout', async () => {
    setDll();
    const cluster = await openCluster('CLUSTER1', { backend: 'native', closeTimeout: 100 });
    setDll({ CLOSE_DELAY: 1_500 });
    const began = performance.now();
    await cluster.close();
    assert.ok(performance.now() - began < 1_000);
    setDll();
  });

  test('probe through clusapi.dll names the stage, the reason and the Win32 error', async () => {
    setDll();
    const fine = (await probe('CLUSTER1', { transport: 'native' })).results[0];
    assert.equal(fine?.stoppedAt, null);
    assert.deepEqual(fine?.cluster, { name: 'CLUSTER1', node: '', version: VERSION });
    assert.equal(fine?.kb814622?.verdict, 'unknown');
    setDll({ OPEN_ERROR: 5 });
    const denied = (await probe('CLUSTER1', { transport: 'ffi' })).results[0];
    assert.equal(denied?.stoppedAt, 'open-cluster');
    const stage = denied?.stages.find(({ id }) => id === 'open-cluster');
    assert.deepEqual([stage?.status, stage?.reason, stage?.error?.code], ['fail', 'denied', 'ERROR_ACCESS_DENIED']);
  });
}
