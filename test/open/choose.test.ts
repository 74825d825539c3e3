import { afterEach, expect, test, vi } from 'vitest';
import { backendsFor, openFirst } from '../../src/open/choose.ts';
import { openClusapi } from '../../src/open/clusapi.ts';
import { ClusError } from '../../src/status/errors.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
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

const ALL = ['native', 'ffi', 'wire'] as const;

test.each([
  ['an addon that is not there', new ClusError('x', 'ERR_CLUSRPC_UNAVAILABLE_BACKEND'), ['native', 'ffi']],
  ['a machine without clusapi.dll', new Win32Error(126, 'LoadLibraryExW'), ['native', 'wire']],
  ['a target that clusapi.dll cannot reach', new Win32Error(1722, 'OpenCluster'), ['native', 'wire']],
  ['a cluster that refuses the caller', new Win32Error(5, 'OpenCluster'), ['native']],
  ['an open that takes too long', new ClusError('x', 'ERR_CLUSRPC_TIMEOUT'), ['native']],
] as const)('%s: the tried backends follow from it', async (_, failure, expected) => {
  const tried: string[] = [];
  const open = async (backend: string): Promise<string> => {
    tried.push(backend);
    if (backend === 'native') throw failure;
    return backend;
  };
  const opened = openFirst(ALL, open);
  if (expected.length === 1) await expect(opened).rejects.toBe(failure);
  else expect(await opened).toBe(expected[1]);
  expect(tried).toEqual(expected);
});

test('when every backend fails, the last failure is thrown', async () => {
  const failures = [
    new ClusError('a', 'ERR_CLUSRPC_UNAVAILABLE_BACKEND'),
    new Win32Error(126, 'LoadLibraryExW'),
    new Error('w'),
  ];
  let next = 0;
  await expect(openFirst(ALL, () => Promise.reject(failures[next++]))).rejects.toThrow('w');
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
