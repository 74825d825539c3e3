import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalMisuseError } from '../../../src/status/errors.ts';
import { doctorFacts } from '../../../src/windows/doctor.ts';
import { BACKENDS, backend } from './backends.ts';
import { setDll } from './test-dll.ts';

/** Which clusapi.dll this process has: our test DLL, the one of Wine, or none. */
const dll = process.env.CLUSTEST_KIND;
const EXPECTED = {
  test: { name: 'CLUSTER1', nodes: ['NODE1', 'NODE2'], state: 19, build: 2195, servicePack: 'Service Pack 3' },
  wine: { name: '', nodes: [], state: 0, build: 0, servicePack: '' },
} as const;

test('doctor says what the cluster client says, or how to get one', async () => {
  const fact = (await doctorFacts()).backends.find(({ name }) => name === 'clusapi.dll');
  assert.equal(fact?.available, dll !== 'none');
  if (dll === 'none') assert.match(`${fact?.advice}`, /^Install the Failover Clustering tools/);
  if (dll === 'test') assert.equal(fact?.detail, 'answers; this machine as a node: running');
});

for (const name of BACKENDS) {
  if (dll === 'none') {
    test(`${name}: without clusapi.dll an open fails with ERROR_MOD_NOT_FOUND and the call that said so`, async () => {
      await assert.rejects(backend(name).openCluster('CLUSTER1'), {
        name: 'Win32Error',
        code: 'ERROR_MOD_NOT_FOUND',
        errno: 126,
        syscall: 'LoadLibraryExW',
      });
      await assert.rejects(backend(name).nodeClusterState(null), { errno: 126 });
    });
    continue;
  }
  const expected = EXPECTED[dll as keyof typeof EXPECTED];

  test(`${name}: a cluster opens, tells its name, version and nodes, and closes`, async () => {
    setDll();
    const api = backend(name);
    assert.equal(api.backend, name === 'native' ? 'native' : 'ffi');
    const cluster = await api.openCluster('CLUSTER1', { timeout: 20_000 });
    const information = await cluster.information();
    assert.equal(information.name, expected.name);
    assert.equal(information.build, expected.build);
    assert.equal(information.servicePack, expected.servicePack);
    assert.deepEqual(await cluster.nodes(), expected.nodes);
    await cluster.close();
  });

  test(`${name}: the state of a node is a number of clusapi.h`, async () => {
    setDll();
    assert.equal(await backend(name).nodeClusterState(null), expected.state);
  });

  test(`${name}: callers of close at the same time share it, and later use is a misuse`, async () => {
    setDll();
    const cluster = await backend(name).openCluster(null);
    const closing = cluster.close();
    assert.equal(cluster.close(), closing);
    await closing;
    await assert.rejects(cluster.information(), LocalMisuseError);
    await assert.rejects(cluster.nodes(), LocalMisuseError);
    await cluster.close();
  });

  test(`${name}: an aborted signal rejects with its reason and opens nothing`, async () => {
    setDll();
    const reason = new Error('enough');
    await assert.rejects(backend(name).openCluster('X', { signal: AbortSignal.abort(reason) }), reason);
  });

  test(`${name}: a name with a NUL is refused before Windows could cut it`, async () => {
    await assert.rejects(backend(name).openCluster('CLUSTER1\0X'), LocalMisuseError);
  });
}
