import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { diagnoseInstallation } from '../../src/diagnosis/installation.ts';
import { gatherEvidence } from '../../src/evidence/gather.ts';
import type { LiveWindows } from '../../src/evidence/live-windows.ts';
import { dwordValue, type RegistryValue, stringValue } from '../../src/reg/value.ts';
import { auditReport } from '../../src/report/audit.ts';
import { auditText } from '../../src/report/audit-text.ts';
import { ClusError } from '../../src/status/errors.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { makeDrive } from './made-drive.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-live-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const drive = makeDrive(join(directory, 'drive'), { revision: 6089 });

const SOFTWARE = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft';
const CURRENT_VERSION = `${SOFTWARE}\\Windows NT\\CurrentVersion`;
const KEYS: Readonly<Record<string, readonly RegistryValue[]>> = {
  [CURRENT_VERSION]: [
    stringValue('CurrentVersion', '5.0'),
    stringValue('CurrentBuildNumber', '2195'),
    stringValue('CSDVersion', 'Service Pack 3'),
  ],
  [`${CURRENT_VERSION}\\Cluster Server`]: [dwordValue('ClusterInstallationState', 2)],
  [`${CURRENT_VERSION}\\HotFix\\Q814622`]: [dwordValue('Installed', 1)],
  'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\ClusSvc': [],
};

/** A Windows 2000 node that shows everything, but for what is given. */
function node(differs: Partial<LiveWindows> = {}): LiveWindows {
  return {
    systemRoot: drive,
    key: async (path) => (KEYS[path] === undefined ? undefined : { values: KEYS[path] }),
    fileVersion: async () => [5, 0, 2195, 6662],
    serviceState: async () => 'running',
    ...differs,
  };
}

const evidence = (windows: LiveWindows) => gatherEvidence([{ kind: 'live', name: 'NODE1', windows }]);
const denied = (syscall: string) => async () => {
  throw new Win32Error(5, syscall);
};

test('a living node: hotfix, versions as Windows reads them, the Cluster service and its installation', async () => {
  const found = await evidence(node());
  const diagnosis = diagnoseInstallation(found);
  expect(diagnosis.cluster).toEqual({ installed: true, installation: 'configured', service: 'running' });
  expect(diagnosis.verdict).toBe('fixed');
  expect(found.hotfixKey[0]?.value?.package).toBe('814622');
  const running = found.files.filter(({ value }) => value.place === 'running');
  expect(new Set(running.map(({ value }) => value.version?.[3]))).toEqual(new Set([6662]));
  expect(running.every(({ value }) => value.linkedMs !== null)).toBe(true);
  expect(auditText(auditReport(found, diagnosis), String)).toContain(
    'Cluster        the Cluster service is installed, it is running, installation state: configured',
  );
});

test('a closed share leaves what the registry shows, and a closed registry what the share shows', async () => {
  const noShare = await evidence(node({ systemRoot: join(directory, 'ADMIN$') }));
  expect(noShare.gaps).toEqual([expect.objectContaining({ what: 'files', source: join(directory, 'ADMIN$') })]);
  expect(noShare.build[0]?.value).toBe(2195);
  const noRegistry = await evidence(node({ key: denied('RegConnectRegistryW') }));
  expect(noRegistry.gaps).toEqual([expect.objectContaining({ what: 'registry', source: 'NODE1' })]);
  expect(noRegistry.files.length).toBeGreaterThan(0);
});

test('a machine that shows neither is the error of its registry', async () => {
  const closed = node({ key: denied('RegConnectRegistryW'), systemRoot: join(directory, 'none') });
  await expect(evidence(closed)).rejects.toMatchObject({ errno: 5, syscall: 'RegConnectRegistryW' });
});

test('a key that may not be read is not known, and the rest is', async () => {
  const key: LiveWindows['key'] = async (path) => {
    if (path.endsWith('Cluster Server')) throw new Win32Error(5, 'RegOpenKeyExW');
    return node().key(path);
  };
  const found = await evidence(node({ key }));
  expect(diagnoseInstallation(found).cluster.installation).toBeNull();
  expect(found.gaps).toEqual([expect.objectContaining({ what: expect.stringMatching(/Cluster Server$/) })]);
});

test('a service manager that refuses is a gap; a machine without the service has none', async () => {
  const refused = await evidence(node({ serviceState: denied('OpenSCManagerW') }));
  expect(refused.gaps).toEqual([expect.objectContaining({ what: 'state of ClusSvc' })]);
  const without = await evidence(node({ serviceState: async () => undefined }));
  expect(diagnoseInstallation(without).cluster.service).toBe('none');
});

test('where Windows does not read a version our own reader does', async () => {
  const found = await evidence(node({ fileVersion: denied('GetFileVersionInfoW') }));
  expect(found.files[1]?.value.version).toEqual([5, 0, 2195, 6089]);
});

test('a machine without the addon cannot ask anything', async () => {
  const key = async () => {
    throw new ClusError('no addon', 'ERR_CLUSRPC_UNAVAILABLE_BACKEND');
  };
  await expect(evidence(node({ key }))).rejects.toThrow('no addon');
});
