import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gatherEvidence } from '../../../src/evidence/gather.ts';
import { liveKeys } from '../../../src/windows/live-keys.ts';
import { liveWindows } from '../../../src/windows/live-windows.ts';
import { serviceState } from '../../../src/windows/service-state.ts';

const run = promisify(execFile);
const CURRENT_VERSION = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const UPDATES = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Updates\\Windows 2000';
/** Another machine that is this one: Wine answers Remote Registry for its own name only. */
const MACHINE = process.env.COMPUTERNAME as string;

test('the RPC port configuration is read as it stands in the live registry', async () => {
  const key = 'HKLM\\Software\\Microsoft\\Rpc\\Internet';
  await reg('add', key, '/v', 'Ports', '/t', 'REG_MULTI_SZ', '/d', '5000-5019\\06000', '/f', '/reg:64');
  await reg('add', key, '/v', 'PortsInternetAvailable', '/d', 'Y', '/f', '/reg:64');
  await reg('add', key, '/v', 'UseInternetPorts', '/d', 'Y', '/f', '/reg:64');
  try {
    const { rpcInternet } = await evidence();
    const values = rpcInternet[0]?.value?.values.map(({ name, data }) => [name, Buffer.from(data).toString('utf16le')]);
    assert.deepEqual(Object.fromEntries(values ?? []), {
      Ports: '5000-5019\0' + '6000\0\0',
      PortsInternetAvailable: 'Y\0',
      UseInternetPorts: 'Y\0',
    });
  } finally {
    await reg('delete', key, '/f', '/reg:64');
  }
  assert.equal((await evidence()).rpcInternet[0]?.value, null);
});

test('the Windows version and the hotfixes are what reg.exe says', async () => {
  const { stdout } = await reg('query', CURRENT_VERSION, '/v', 'CurrentBuildNumber', '/reg:64');
  assert.equal(String((await evidence()).build[0]?.value), /REG_SZ\s+(\d+)/.exec(stdout)?.[1]);
  await reg('add', `${UPDATES}\\SP4\\Q814622`, '/f', '/reg:64');
  await reg('add', `${CURRENT_VERSION}\\HotFix\\KB814622`, '/f', '/reg:64');
  try {
    const found = (await evidence()).hotfixKey.flatMap(({ value }) => value?.path ?? []);
    assert.deepEqual(found.toSorted(), [`${UPDATES}\\SP4\\Q814622`, `${CURRENT_VERSION}\\HotFix\\KB814622`]);
  } finally {
    await reg('delete', UPDATES, '/f', '/reg:64');
    await reg('delete', `${CURRENT_VERSION}\\HotFix\\KB814622`, '/f', '/reg:64');
  }
});

test('another machine is read through its Remote Registry, its ADMIN$ share and its service manager', async () => {
  const clusterServer = `${CURRENT_VERSION}\\Cluster Server`;
  await reg('add', clusterServer, '/v', 'ClusterInstallationState', '/t', 'REG_DWORD', '/d', '2', '/f', '/reg:64');
  await run('sc.exe', ['create', 'ClusSvc', 'binPath=', 'C:\\clussvc.exe']);
  try {
    const windows = liveWindows(`\\\\${MACHINE}\\ADMIN$`, { machine: MACHINE });
    const found = await gatherEvidence([{ kind: 'live', name: MACHINE, windows }]);
    assert.equal(found.clusterInstallation[0]?.value, 2);
    assert.equal(found.clusterServiceState[0]?.value, 'stopped');
    assert.equal(found.clusterService[0]?.value, true);
    const rpc = found.files.find(({ value }) => value.name === 'rpcrt4.dll')?.value;
    assert.match(`${rpc?.path}`, /^\\\\.*ADMIN\$/);
    assert.deepEqual(rpc?.version, await windows.fileVersion(`${process.env.SystemRoot}\\system32\\rpcrt4.dll`));
    assert.deepEqual(found.gaps, []);
  } finally {
    await run('sc.exe', ['delete', 'ClusSvc']);
    await reg('delete', clusterServer, '/f', '/reg:64');
  }
});

test('a service that runs is running, and one that is not there is none', async () => {
  assert.equal(await serviceState('PlugPlay'), 'running');
  assert.equal(await serviceState('no such service'), undefined);
});

test('a file without a version is no failure', async () => {
  assert.equal(await liveWindows('').fileVersion(import.meta.filename), null);
});

test('a machine that is not there says so', async () => {
  await assert.rejects(liveKeys({ machine: 'no-such-machine.invalid' })(CURRENT_VERSION), {
    syscall: 'RegConnectRegistryW',
  });
  const windows = liveWindows('\\\\no-such-machine\\ADMIN$', { machine: 'no-such-machine' });
  await assert.rejects(gatherEvidence([{ kind: 'live', name: 'no-such-machine', windows }]), {
    syscall: 'RegConnectRegistryW',
  });
});

test('a machine that refuses the flag for the 64-bit view is asked without it, and each listing once', async () => {
  const asked: string[] = [];
  const read = liveKeys({ addonPath: fakeRegistry(asked) });
  assert.equal((await read(UPDATES))?.path, UPDATES);
  assert.equal(await read(`${UPDATES} Professional`), undefined);
  assert.deepEqual((await read('HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Denied\\There'))?.values, []);
  const below = 'SOFTWARE\\Microsoft\\Updates';
  assert.deepEqual(asked, [
    `keys of ${below}, view 256`,
    `keys of ${below}, view 0`,
    `values of ${below}\\Windows 2000, view 0`,
    'keys of SOFTWARE\\Microsoft\\Denied, view 0',
    'values of SOFTWARE\\Microsoft\\Denied\\There, view 0',
  ]);
});

/** An addon of the tests' own: a registry that knows no views and one key whose sub-keys nobody may list. */
function fakeRegistry(asked: string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'addon-')), 'registry.cjs');
  writeFileSync(
    file,
    `exports.drainBy = () => {};
     exports.end = () => {};
     const answer = (what) => (root, machine, key, view, settle) => {
       globalThis.askedOfRegistry.push(what + ' of ' + key + ', view ' + view);
       const error = view !== 0 ? 87 : what === 'keys' && key.endsWith('Denied') ? 5 : 0;
       settle(error, 'RegOpenKeyExW', what === 'keys' ? ['Windows 2000'] : []);
       return 0;
     };
     exports.registryKeys = answer('keys');
     exports.registryValues = answer('values');`,
  );
  Object.assign(globalThis, { askedOfRegistry: asked });
  return file;
}

function evidence() {
  const systemRoot = process.env.SystemRoot ?? 'C:\\windows';
  return gatherEvidence([{ kind: 'live', name: 'this Windows', windows: liveWindows(systemRoot) }]);
}

function reg(...args: readonly string[]) {
  return run('reg.exe', args);
}
