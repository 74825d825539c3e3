import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/audit.ts';
import type { EvidenceSource } from '../../src/evidence/gather.ts';
import { dwordValue, multiStringValue, type RegistryKey, stringValue } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import { buildHive, sz, tree } from '../hive/build-hive.ts';
import { type MadeSystem, makeDrive, softwareHive } from './made-drive.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-partial-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;
const place = (name: string): string => join(directory, `${count++}-${name}`);

const bytes = (name: string, content: Uint8Array): EvidenceSource => ({
  kind: 'bytes',
  name,
  read: async () => content,
});
const key = (path: string, ...values: RegistryKey['values']): RegistryKey => ({
  path: `HKEY_LOCAL_MACHINE\\${path}`,
  values,
});
const tweak = (...keys: readonly RegistryKey[]): EvidenceSource => bytes('tweak.reg', writeReg(keys));
const drive = (system?: MadeSystem): EvidenceSource => ({ kind: 'path', path: makeDrive(place('drive'), system) });
const VERSION = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const CONTROL_WINDOWS = 'SYSTEM\\CurrentControlSet\\Control\\Windows';
const RPC = 'SOFTWARE\\Microsoft\\Rpc';
const TCPIP = 'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';

describe('what a key lacks says nothing where it has nothing of what Windows keeps there:', () => {
  test('HKEY_CURRENT_USER\\Software instead of the SOFTWARE hive', async () => {
    const paths = { 'Microsoft\\Windows NT\\CurrentVersion\\Devices': [sz('printer', 'winspool')], Policies: [] };
    const { kb814622, system, warnings } = await audit([bytes('ntuser', buildHive(tree(paths)))]);
    expect(kb814622).toMatchObject({ verdict: 'unknown', exposure: 'unknown' });
    expect(system.servicePack).toBeNull();
    expect(warnings).toEqual([
      'ntuser: Microsoft\\Windows NT\\CurrentVersion has no version: what is missing in this hive proves nothing',
    ]);
  });

  test('an export with one value of CurrentVersion, and one of Rpc', async () => {
    const owner = key(VERSION, stringValue('RegisteredOwner', 'me'));
    const { kb814622, system, gaps } = await audit([tweak(owner, key(RPC, stringValue('x', 'y')))]);
    expect(kb814622).toMatchObject({ verdict: 'unknown', exposure: 'unknown' });
    expect(system.servicePack).toBeNull();
    expect(gaps.map(({ what }) => what)).toContain('values that are missing');
  });

  test('where Windows itself wrote the export, both are known not to be there', async () => {
    const version = key(VERSION, stringValue('CurrentVersion', '5.0'), stringValue('CurrentBuildNumber', '2195'));
    const { kb814622, system } = await audit([tweak(version, key(RPC), key(`${RPC}\\ClientProtocols`))]);
    expect(kb814622).toMatchObject({ verdict: 'affected', exposure: 'unlimited' });
    expect(system.servicePack).toBe(0);
  });
});

describe('a file that somebody wrote to change one value does not overrule a whole source beside it:', () => {
  test('the number of Service Pack 4, which set-up programs ask for', async () => {
    const number = tweak(key(CONTROL_WINDOWS, dwordValue('CSDVersion', 0x400)));
    const beside = await audit([drive({ servicePack: 3 }), number]);
    expect(beside.kb814622.verdict).toBe('affected');
    expect(beside.system.servicePack).toBe(3);
    expect((await audit([number])).system.servicePack).toBe(4);
  });

  test('a list of ports without the two other values, and MaxUserPort', async () => {
    const ports = key(`${RPC}\\Internet`, multiStringValue('Ports', ['5000-5019']));
    const maximum = key(TCPIP, dwordValue('MaxUserPort', 60_000));
    const { kb814622, portConfig } = await audit([drive(), tweak(ports, maximum)]);
    expect(kb814622.exposure).toBe('unlimited');
    expect(kb814622.contradictions.join()).toMatch(/no list below .* but .* invalid/);
    expect(portConfig?.pool.ranges).toEqual([{ first: 1025, last: 5000 }]);
    const limited = await audit([tweak(ports), bytes('software', softwareHive({ ports: ['5000-5099'] }))]);
    expect(limited.portConfig).toMatchObject({ valid: true, pool: { size: 100 } });
  });
});

test('a control set without Select, which tells the current one, is not used, and said so', async () => {
  const set = key('SYSTEM\\ControlSet001\\Services\\Tcpip\\Parameters', dwordValue('MaxUserPort', 60_000));
  const select = key('SYSTEM\\Select', dwordValue('Current', 1));
  const software = bytes('software', softwareHive({}));
  const without = await audit([software, tweak(set)]);
  expect(without.warnings).toEqual([expect.stringMatching(/tweak.reg: SYSTEM\\ControlSet001 is there without/)]);
  expect(without.portConfig?.pool.ranges).toEqual([{ first: 1025, last: 5000 }]);
  const chosen = await audit([software, tweak(set, select)]);
  expect(chosen.warnings).toEqual([]);
  expect(chosen.portConfig?.pool.ranges).toEqual([{ first: 1025, last: 60_000 }]);
});
