import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctorFacts } from '../../../src/windows/doctor.ts';
import { BACKENDS, backend } from './backends.ts';
import { setDll } from './test-dll.ts';

const CASES = [
  { errno: 5, code: 'ERROR_ACCESS_DENIED' },
  { errno: 14, code: 'ERROR_OUTOFMEMORY' },
  { errno: 1722, code: 'RPC_S_SERVER_UNAVAILABLE' },
  { errno: 1753, code: 'EPT_S_NOT_REGISTERED' },
  { errno: 4711, code: 'WIN32_4711' },
] as const;

for (const name of BACKENDS) {
  for (const { errno, code } of CASES) {
    test(`${name}: OpenCluster failing with ${errno} rejects with ${code}`, async () => {
      setDll({ OPEN_ERROR: errno });
      await assert.rejects(backend(name).openCluster('CLUSTER1'), {
        name: 'Win32Error',
        code,
        errno,
        syscall: 'OpenCluster',
      });
    });
  }

  test(`${name}: of a number without a name here it tells what Windows says`, async () => {
    setDll({ OPEN_ERROR: 997 });
    // ERROR_IO_PENDING, which OpenCluster never answers.
    await assert.rejects(backend(name).openCluster('CLUSTER1'), (error: Error) => {
      assert.match(error.message, /^OpenCluster: 0x000003E5 \(997\): \S.*[^\s]$/);
      return true;
    });
  });

  test(`${name}: opens that fail at the same time for different reasons each get their own`, async () => {
    // The DLL reads its settings when the delay is over, so all of one kind wait together.
    setDll({ OPEN_ERROR: 1722, OPEN_DELAY: 100 });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => backend(name).openCluster('X')));
    for (const result of results) {
      assert.equal(result.status === 'rejected' && result.reason.errno, 1722);
    }
  });

  test(`${name}: a query that fails names its own call`, async () => {
    setDll();
    const cluster = await backend(name).openCluster('CLUSTER1');
    setDll({ CALL_ERROR: 5 });
    await assert.rejects(cluster.information(), { errno: 5, syscall: 'GetClusterInformation' });
    await assert.rejects(cluster.nodes(), { errno: 5, syscall: 'ClusterOpenEnum' });
    await assert.rejects(backend(name).nodeClusterState('NODE1'), { errno: 5, syscall: 'GetNodeClusterState' });
    setDll();
    await cluster.close();
  });

  test(`${name}: a close that Windows refuses rejects, and is not tried twice`, async () => {
    setDll();
    const cluster = await backend(name).openCluster('CLUSTER1');
    setDll({ CLOSE_ERROR: 1722 });
    await assert.rejects(cluster.close(), { errno: 1722, syscall: 'CloseCluster' });
    await assert.rejects(cluster.close(), { errno: 1722 });
  });

  test(`${name}: names of any length and any script go in and out unchanged`, async () => {
    const long = `Кластер-集群-🖧-${'n'.repeat(2_000)}`;
    setDll({ NODES: ['NODE1', 'КЛАСТЕР', 'x'.repeat(1_500)].join(';') });
    const cluster = await backend(name).openCluster(long);
    assert.equal((await cluster.information()).name, long);
    assert.deepEqual(await cluster.nodes(), ['NODE1', 'КЛАСТЕР', 'x'.repeat(1_500)]);
    await cluster.close();
  });
}

for (const { answer, settings, said } of [
  { answer: 'says 1722', settings: { CALL_ERROR: 1722 }, said: /RPC_S_SERVER_UNAVAILABLE \(1722\)/ },
  { answer: 'takes too long', settings: { CALL_DELAY: 1_000 }, said: /did not return within 50 ms/ },
]) {
  test(`doctor: a clusapi.dll that ${answer} is there, and nothing is to be installed`, async () => {
    setDll(settings);
    const { backends } = await doctorFacts({ timeout: settings.CALL_DELAY ? 50 : undefined });
    const fact = backends.find(({ name }) => name === 'clusapi.dll');
    assert.deepEqual([fact?.available, fact?.advice], [true, null]);
    assert.match(`${fact?.detail}`, said);
    setDll();
  });
}
