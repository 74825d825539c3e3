import { expect, test } from 'vitest';
import { probeThroughClusapi } from '../../src/probe/clusapi.ts';
import { probeSettings } from '../../src/probe/settings.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { boundedCall } from '../../src/windows/bounded-call.ts';
import type { ClusterApi } from '../../src/windows/cluster-api.ts';

function failing(error: Error): ClusterApi {
  return { openCluster: () => Promise.reject(error) } as unknown as ClusterApi;
}

async function opening(error: Error) {
  const settings = probeSettings({ transport: 'native' });
  const { stages } = await probeThroughClusapi('CLUSTER1', 'native', settings, undefined, failing(error));
  return stages.find(({ id }) => id === 'open-cluster');
}

test('an open on a machine without clusapi.dll says what to install, and probe repeats it', async () => {
  const lane = () => ({ size: 1, busy: 0, queued: 0, abandoned: 0, oldest: null });
  const begin: Parameters<typeof boundedCall>[0]['begin'] = (settle) => {
    settle(126, 'LoadLibraryExW', undefined);
    return () => false;
  };
  const open = boundedCall({ name: 'OpenCluster', subject: '', begin, lane });
  const error = (await open.catch((reason: unknown) => reason)) as Win32Error;
  expect(error.advice).toMatch(/^Install the Failover Clustering tools/);
  expect((await opening(error))?.advice).toBe(error.advice);
});

test('a library that a loaded clusapi.dll lacks is another thing', async () => {
  expect((await opening(new Win32Error(126, 'OpenCluster')))?.advice ?? '').not.toMatch(/Install/);
});

test('the numbers that clusapi.dll answers have names, and those without are told in decimals too', async () => {
  expect((await opening(new Win32Error(1326, 'OpenCluster')))?.detail).toContain('ERROR_LOGON_FAILURE (1326)');
  expect((await opening(new Win32Error(1460, 'OpenCluster')))?.detail).toContain('ERROR_TIMEOUT (1460)');
  expect((await opening(new Win32Error(5023, 'OpenCluster')))?.detail).toContain('ERROR_INVALID_STATE (5023)');
  expect((await opening(new Win32Error(5999, 'OpenCluster')))?.detail).toContain('0x0000176F (5999, unknown status)');
});
