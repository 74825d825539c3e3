import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { runModule } from '../as-a-user.ts';
import { freePorts } from '../probe/networks.ts';
import { ProfinetDevice } from './profinet-device.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const source = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

let host: EmulatedHost;
let device: ProfinetDevice;
beforeAll(async () => {
  [host, device] = await Promise.all([EmulatedHost.start({}), ProfinetDevice.start()]);
});
afterAll(() => Promise.all([host.close(), device.close()]));

test('the tests of a program pass', async () => {
  const { code, stdout } = await runModule(source('test-your-program.mjs'));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# pass 3$/m);
});

test('many hosts are probed, one line each', async () => {
  const hosts = `OPEN=127.0.0.1:${host.addresses.epmUdp},SHUT=127.0.0.1:${(await freePorts(1))[0]}`;
  const { code, stdout } = await runModule(source('probe-many.mjs'), ['OPEN', 'SHUT'], { CLUSRPC_HOSTS: hosts });
  expect(stdout.split('\n').sort()).toEqual(['', '1 of 2 opened', 'OPEN: opened', 'SHUT: mapper-reachable, refused']);
  expect(code).toBe(1);
});

test('a folder is audited, and a script learns it from the exit code', async () => {
  const { code, stdout } = await runModule(source('audit-folder.mjs'), [
    join(EXAMPLES, '../fixtures/rpc-internet-5000-5019.reg'),
  ]);
  expect(stdout).toMatch(/^\S+: unknown\n {2}no source says which Windows this is\n/);
  expect(code).toBe(3);
});

test('a PROFINET device tells who it is, as the object that it was called by', async () => {
  const { code, stdout } = await runModule(source('profinet-identification.mjs'), [
    '127.0.0.1',
    '0x002a',
    '0x0313',
    `${device.port}`,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    vendorId: 0x2a,
    orderId: '6ES7 151-3BA23-0AB0',
    serialNumber: 'S C-W5S38501',
    hardwareRevision: 5,
    softwareRevision: 'V7.0.2',
  });
  expect(code).toBe(0);
  expect(device.objects).toEqual(['dea00000-6c97-11d1-8271-00010313002a']);
});

test('every example is one of these, and short', () => {
  const names = readdirSync(EXAMPLES);
  expect(names.sort()).toEqual([
    'audit-folder.mjs',
    'probe-many.mjs',
    'profinet-identification.mjs',
    'test-your-program.mjs',
  ]);
  for (const name of names) expect(source(name).split('\n').length).toBeLessThanOrEqual(60);
});
