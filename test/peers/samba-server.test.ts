import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditSchema, endpointsSchema } from '../../src/report/schema/index.ts';
import { type Samba, startSamba } from './samba.ts';
import { scratch } from './tools.ts';

const PASSWORD = 'Only.for.this.1';
const KEY = 'SOFTWARE\\Microsoft\\Rpc\\Internet';
const PORTS = ['5000-5100', '6000-6099'];

const directory = scratch();
let samba: Samba | undefined;
beforeAll(async () => {
  const registry = directory.file('rpc.reg');
  const lines = [
    'REGEDIT4',
    '',
    `[HKEY_LOCAL_MACHINE\\${KEY}]`,
    `"Long"="${'Z'.repeat(10_000)}"`,
    `"Ports"=hex(7):${hexOf(`${PORTS.join('\0')}\0\0`)}`,
    `"PortsInternetAvailable"="Y"`,
    '"UseInternetPorts"="Y"',
    // `net registry import` takes the last value only when a key follows.
    '',
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\End]',
    '',
  ];
  writeFileSync(registry, lines.join('\r\n'));
  samba = await startSamba({ directory, password: PASSWORD, registry });
});
afterAll(async () => {
  await samba?.stop();
  directory.remove();
});

test('our endpoint mapper client lists over TCP all that rpcclient lists', async () => {
  const theirs = await running().run('rpcclient', ['-U%', 'ncacn_ip_tcp:127.0.0.1', '-c', 'epmlookup']);
  const ours = await clusrpc(['endpoints', '127.0.0.1', '--transport', 'tcp', '--json']);
  const document = endpointsSchema.parse(JSON.parse(ours.output));
  expect(document.over).toBe('tcp');
  // rpcclient drops the entry that comes together with the status that there are no more.
  expect(document.entries.slice(0, -1).map((each) => [each.interface.uuid, each.annotation])).toEqual(
    [...theirs.output.matchAll(/abstract_syntax=([0-9a-f-]+)\/0x[0-9a-f]+\]: (.*)/g)].map(([, id, name]) => [id, name]),
  );
  expect(document.entries).toContainEqual(
    expect.objectContaining({ protocol: 'ncacn_ip_tcp', interface: expect.objectContaining({ name: 'winreg' }) }),
  );
});

test('audit --host reads the registry that `net rpc registry` reads, and says what it could not ask', async () => {
  const ours = await clusrpc(['audit', '--host', '127.0.0.1', '--user', 'LAB\\root', '--json']);
  const report = auditSchema.parse(JSON.parse(ours.output));
  const credentials = ['-S', '127.0.0.1', '-U', `root%${PASSWORD}`];
  const theirs = await running().run('net', ['rpc', 'registry', 'getvalue', `HKLM\\${KEY}`, 'Ports', ...credentials]);
  expect([...theirs.output.matchAll(/^Value\[\d+\] *= "(.*)"$/gm)].map(([, value]) => value)).toEqual(PORTS);
  const ranges = report.portConfig?.pool.ranges.map(({ first, last }) => `${first}-${last}`);
  expect(ranges).toEqual(PORTS);
  expect(report.gaps.map(({ what }) => what)).toContain('cluster version');
});

test('values of any size, one value by name, names of keys, and what is not there', async () => {
  const script = `
    import { withRemoteRegistry } from './dist/index.js';
    const [user, key, parent] = process.argv.slice(1);
    const credentials = { user, password: process.env.CLUSRPC_PASSWORD };
    const read = await withRemoteRegistry('127.0.0.1', { credentials }, async (registry) => ({
      values: (await registry.values(key)).map(({ name, type, data }) => [name, type, data.length]),
      long: Buffer.from((await registry.value(key, 'Long')).data).toString('utf16le'),
      keys: await registry.subKeys(parent),
      noValue: (await registry.value(key, 'Nothing')) ?? null,
      noKey: (await registry.values('SOFTWARE')) ? ((await registry.values(key + '1')) ?? null) : 'no SOFTWARE',
    }));
    console.log(JSON.stringify(read));`;
  const args = ['--input-type=module', '-e', script, 'LAB\\root', KEY, 'SOFTWARE\\Microsoft\\Rpc'];
  const { output } = await running().run(process.execPath, args, { CLUSRPC_PASSWORD: PASSWORD });
  if (!output.startsWith('{')) throw new Error(output);
  expect(JSON.parse(output)).toEqual({
    values: expect.arrayContaining([
      ['Ports', 7, 42],
      ['PortsInternetAvailable', 1, 4],
      ['UseInternetPorts', 1, 4],
      ['Long', 1, 20_002],
    ]),
    long: `${'Z'.repeat(10_000)}\0`,
    keys: ['Internet'],
    noValue: null,
    noKey: null,
  });
});

test('a wrong password is a refused logon, with exit 1 and no second try', async () => {
  const { code, output } = await clusrpc(['audit', '--host', '127.0.0.1', '--user', 'LAB\\root'], 'wrong');
  expect(code).toBe(1);
  expect(output).toMatch(/security package failed.*password is wrong/s);
});

function clusrpc(args: readonly string[], password = PASSWORD) {
  return running().run(process.execPath, ['dist/cli/main.js', ...args], { CLUSRPC_PASSWORD: password });
}

function running(): Samba {
  if (samba === undefined) throw new Error('not started');
  return samba;
}

function hexOf(text: string): string {
  return [...Buffer.from(text, 'latin1')].map((byte) => byte.toString(16).padStart(2, '0')).join(',');
}
