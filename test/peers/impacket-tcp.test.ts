import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { userLine } from '../../src/emulator/user-file.ts';
import { type Emulated, emulateInNamespace } from './namespace.ts';
import { need, scratch } from './tools.ts';

const PYTHON = '/usr/bin/python3';
const script = (name: string) => fileURLToPath(new URL(`py/${name}`, import.meta.url));
const CLUSAPI = script('clusapi.py');
const BIG_ENDIAN = script('big_endian.py');
const RPCDUMP = '/usr/share/doc/python3-impacket/examples/rpcdump.py';

const directory = scratch();
/** One that lets users in at integrity, one that asks nobody, and one of the time of datagrams. */
let [guarded, open, old]: Emulated[] = [];
beforeAll(async () => {
  need(PYTHON);
  const users = directory.file('users.txt');
  writeFileSync(users, userLine('LAB\\ops', toUtf16('Secret.1')));
  const profile = ['--host-profile', 'windows-server-2016'];
  [guarded, open, old] = await Promise.all([
    emulateInNamespace([...profile, '--users', users, '--min-auth', 'packet']),
    emulateInNamespace(profile),
    emulateInNamespace(['--host-profile', 'windows-server-2003']),
  ]);
});
afterAll(async () => {
  await Promise.all([guarded?.stop(), open?.stop(), old?.stop()]);
  directory.remove();
});

async function python(emulated: Emulated | undefined, file: string, ...args: readonly string[]): Promise<string> {
  const { output } = (await emulated?.run(PYTHON, [file, ...args])) ?? { output: '' };
  return output;
}

/** [MS-RPCE] 2.2.1.1.8. */
test.each([
  ['integrity', '5'],
  ['privacy', '6'],
])('impacket opens and closes a cluster at %s (%s)', async (_, level) => {
  expect(await python(guarded, CLUSAPI, '127.0.0.1', level, 'ops', 'Secret.1')).toBe('opened 0 True\nclosed 0 False\n');
});

test('impacket is refused without verifiers where the host asks for packet, and with a wrong password', async () => {
  for (const [level, password] of [
    ['2', 'Secret.1'],
    // rpcrt.py signs from integrity on: at packet its requests carry no verifier.
    ['4', 'Secret.1'],
    ['6', 'Secret.2'],
  ] as const)
    expect(await python(guarded, CLUSAPI, '127.0.0.1', level, 'ops', password)).toMatch(/access_denied/i);
});

test('impacket opens and closes where nobody asks who it is', async () => {
  expect(await python(open, CLUSAPI, '127.0.0.1', '1', '', '')).toBe('opened 0 True\nclosed 0 False\n');
});

test.each([
  ['ClusAPI 3.0', 'v3.0', () => open, 'ncacn_ip_tcp', 'clusapiTcp'],
  ['ClusAPI 2.0', 'v2.0', () => old, 'ncadg_ip_udp', 'clusapiUdp'],
] as const)('rpcdump.py of impacket lists the endpoint of %s', async (_, version, host, protocol, port) => {
  const output = await python(host(), RPCDUMP, '127.0.0.1');
  expect(output).toMatch(/Received one endpoint\./);
  expect(output).toContain(`B97DB8B2-4C63-11CF-BFF6-08002BE23F2F ${version}`);
  expect(output).toContain(`${protocol}:127.0.0.1[${host()?.ready[port]}]`);
});

test('a client whose PDUs scapy builds big-endian binds, opens and closes', async () => {
  expect(await python(open, BIG_ENDIAN, '127.0.0.1', String(open?.ready.clusapiTcp))).toBe(
    "bind_ack ['acceptance']\nresponse 2 0 True\nresponse 3 0 False\n",
  );
});
