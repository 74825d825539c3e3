import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { FLAGS2 } from '../../src/pdu/cl/index.ts';
import { account } from '../auth/ntlm/kit.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { cli } from '../cli/in-process.ts';
import { scratch } from './tools.ts';
import { tsharkFields } from './wireshark.ts';

/** Guesses of tshark that take datagrams of RPC for something else. */
const OPTIONS = ['--disable-protocol', 'wg', '--disable-protocol', 'tapa'];
const PASSWORD = 'Secret.1';

const here = scratch();
afterAll(() => here.remove());

let capture: Buffer;

beforeAll(async () => {
  writeFileSync(here.file('password'), `${PASSWORD}\n`);
  const host = await EmulatedHost.start({ users: [account('ops', PASSWORD)], minAuth: 'integrity' });
  const argv = [
    'probe',
    host.address,
    '--epm-port',
    `${host.mapperPort}`,
    '--user',
    'LAB\\ops',
    '--password-file',
    here.file('password'),
  ];
  const { code } = await cli([...argv, '--pcap', here.file('probe.pcapng')]);
  await host.close();
  expect(code).toBe(0);
  capture = await withoutUnrelated(readFileSync(here.file('probe.pcapng')));
});

/** tshark shows callbacks that carry PF2_UNRELATED as plain UDP. */
async function withoutUnrelated(file: Uint8Array): Promise<Buffer> {
  const writer = new PcapngWriter();
  const packets: Uint8Array[] = [];
  await readDatagrams([file], ({ payload, from, to }) => {
    const copy = payload.slice();
    copy[3] = (copy[3] as number) & ~FLAGS2.unrelated;
    packets.push(writer.packet({ from, to, payload: copy, timestampMs: packets.length }));
  });
  return Buffer.concat([writer.header(), ...packets]);
}

test('tshark knows the callback that asks for the authentication, and its answer', () => {
  const rows = tsharkFields(capture, ['dcerpc.pkt_type', '_ws.col.Info'], 'conv', OPTIONS);
  expect(rows.map(([type, info]) => [type, info?.replace(/\[.*/, '').trim()])).toEqual([
    ['0', 'who_are_you_auth request'],
    ['2', 'who_are_you_auth response'],
  ]);
});

test('no packet is malformed', () => {
  expect(tsharkFields(capture, ['frame.number'], '_ws.malformed', OPTIONS)).toEqual([]);
});
