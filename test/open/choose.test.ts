import { afterEach, expect, test, vi } from 'vitest';
import { backendsFor } from '../../src/open/choose.ts';
import { openClusapi } from '../../src/open/clusapi.ts';
import type { ClusterApi, ClusterConnection } from '../../src/windows/cluster-api.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('auto on Windows takes the addon, else an FFI package, else wire; elsewhere wire', () => {
  expect(backendsFor('CLUSTER1', 'auto', {}, 'win32')).toEqual(['native', 'ffi', 'wire']);
  expect(backendsFor('CLUSTER1', 'auto', {}, 'linux')).toEqual(['wire']);
  expect(backendsFor('CLUSTER1', undefined, {}, 'darwin')).toEqual(['wire']);
});

test('what only our own RPC can honour goes over the wire on Windows too', () => {
  expect(backendsFor('CLUSTER1', 'auto', { localPorts: '5000-5099' }, 'win32')).toEqual(['wire']);
  expect(backendsFor('CLUSTER1', 'auto', { endpointMapperPort: 1135 }, 'win32')).toEqual(['wire']);
  vi.stubEnv('CLUSRPC_HOSTS', 'CLUSTER1=127.0.0.1:4000');
  expect(backendsFor('CLUSTER1', 'auto', {}, 'win32')).toEqual(['wire']);
  expect(backendsFor('OTHER', 'auto', {}, 'win32')).toEqual(['native', 'ffi', 'wire']);
});

test('a backend that is named is the only one', () => {
  expect(backendsFor('CLUSTER1', 'ffi', {}, 'win32')).toEqual(['ffi']);
  vi.stubEnv('CLUSRPC_BACKEND', 'wire');
  expect(backendsFor('CLUSTER1', 'auto', {}, 'win32')).toEqual(['wire']);
  expect(backendsFor('CLUSTER1', 'native', {}, 'win32')).toEqual(['native']);
});

test('the cluster of this node is known to clusapi.dll alone', () => {
  expect(backendsFor(null, 'auto', {}, 'win32')).toEqual(['native', 'ffi']);
  expect(backendsFor(null, 'ffi', {}, 'win32')).toEqual(['ffi']);
  expect(() => backendsFor(null, 'wire', {}, 'win32')).toThrow(
    expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_OPTION' }),
  );
});

test('a session through clusapi.dll has the name and version that the DLL tells, and closes within its time', async () => {
  const connection: ClusterConnection = {
    backend: 'native',
    information: async () => ({
      name: 'CLUSTER1',
      major: 5,
      minor: 0,
      build: 2195,
      vendor: 'V',
      servicePack: 'Service Pack 4',
      highest: 0,
      lowest: 0,
      flags: 0,
    }),
    nodes: async () => ['NODE1'],
    close: () => new Promise(() => {}),
  };
  const api = { openCluster: async () => connection } as unknown as ClusterApi;
  const session = await openClusapi(api, 'cluster1', { timeout: 1_000 });
  expect(session).toMatchObject({
    name: 'CLUSTER1',
    node: '',
    version: { build: 2195, servicePack: 'Service Pack 4' },
  });
  expect(await session.nodes()).toEqual(['NODE1']);
  expect(await session.close({ timeout: 20 })).toMatchObject({ message: 'CloseCluster did not return within 20 ms' });
});
