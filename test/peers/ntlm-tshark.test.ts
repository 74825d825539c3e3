import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { FLAGS2 } from '../../src/pdu/cl/index.ts';
import { account } from '../auth/ntlm/kit.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { cli } from '../cli/in-process.ts';
import { scratch } from './tools.ts';
import { convert, tsharkFields } from './wireshark.ts';

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

/** The NTLMSSP messages that tshark hands over of the callback and its answer, which its conv dissector itself does not look into. */
function messages(): readonly Buffer[] {
  return tsharkFields(capture, ['udp.payload'], 'conv', OPTIONS).map(([hex = '']) => {
    const datagram = Buffer.from(hex.replaceAll(':', ''), 'hex');
    return datagram.subarray(datagram.indexOf('NTLMSSP\0'));
  });
}

/** The same messages where tshark knows them by itself: in the headers of HTTP, which has nothing of ours. */
function overHttp([challenge, authenticate]: readonly Buffer[]): Buffer {
  const packets = [
    `O\n${hexDump(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM ${challenge?.toString('base64')}\r\nContent-Length: 0\r\n\r\n`)}`,
    `I\n${hexDump(`GET / HTTP/1.1\r\nHost: node1\r\nAuthorization: NTLM ${authenticate?.toString('base64')}\r\n\r\n`)}`,
  ];
  return convert('text2pcap', ['-q', '-D', '-T', '49152,80'], packets.join(''));
}

function hexDump(text: string): string {
  return `000000 ${[...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}\n`;
}

test('tshark finds the challenge and the authentication in the two calls, and names computer, user and domain', () => {
  const [challenge, authenticate] = messages();
  const fields = [
    'ntlmssp.messagetype',
    'ntlmssp.challenge.target_info.nb_computer_name',
    'ntlmssp.auth.username',
    'ntlmssp.auth.domain',
  ];
  const rows = tsharkFields(overHttp([challenge as Buffer, authenticate as Buffer]), fields, 'ntlmssp');
  expect(rows).toEqual([
    ['0x00000002', 'NODE1', '', ''],
    ['0x00000003', expect.anything(), 'ops', 'LAB'],
  ]);
});

test('in the capture the proofs of the password are blank, and everything else of the message is as it was', () => {
  const http = overHttp(messages());
  const fields = ['ntlmssp.auth.ntresponse', 'ntlmssp.auth.lmresponse', 'ntlmssp.auth.sesskey'];
  const [row = []] = tsharkFields(http, fields, 'ntlmssp.messagetype == 3');
  expect(row.map((hex) => /^(00:?)+$/.test(hex))).toEqual([true, true, true]);
  expect(tsharkFields(http, ['frame.number'], '_ws.malformed')).toEqual([]);
});
