import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { uuidText } from '../../src/bytes/uuid.ts';
import type { CapturedMessage } from '../../src/capture/writers.ts';
import { CL_TYPES, decodeCl, decodeHeader, FLAGS2 } from '../../src/pdu/cl/index.ts';
import { type ConversationOptions, clConversation, LONG, toPcapng, typeOf } from './cl-conversation.ts';
import { tsharkFields } from './wireshark.ts';

/** Guesses that take packets starting 04 00 or 04 09 for something else. */
const OPTIONS = ['--disable-protocol', 'wg', '--disable-protocol', 'tapa'];
const WARNING = 0x600000;

const PAIRS: readonly ConversationOptions[] = [
  { client: 'windows', server: 'windows', bigEndian: 'neither' },
  { client: 'c706', server: 'windows', bigEndian: 'client' },
  { client: 'windows', server: 'c706', bigEndian: 'server' },
];

test('between them the conversations have every type of PDU, and fragments and facks both ways', async () => {
  const all = (await Promise.all(PAIRS.map(clConversation))).flat();
  expect(new Set(all.map(typeOf))).toEqual(new Set(CL_TYPES));
});

describe.each(PAIRS)('$client client, $server server, big-endian: $bigEndian', (options) => {
  let messages: readonly CapturedMessage[];
  let capture: Buffer;

  beforeAll(async () => {
    messages = await clConversation(options);
    capture = toPcapng(messages.map(withoutUnrelated));
  });

  test('tshark finds datagram RPC in every packet, nothing malformed and nothing to warn of', () => {
    const all = tsharkFields(capture, ['frame.number'], 'frame', OPTIONS);
    expect(all).toHaveLength(messages.length);
    expect(tsharkFields(capture, ['frame.number'], 'dcerpc.ver == 4', OPTIONS)).toEqual(all);
    const complaints = `_ws.malformed or _ws.short or _ws.expert.severity >= ${WARNING}`;
    expect(tsharkFields(capture, ['frame.number', '_ws.expert.message'], complaints, OPTIONS)).toEqual([]);
  });

  test('tshark reads the headers as we do', () => {
    const fields = [
      'pkt_type',
      'dg_seqnum',
      'dg_frag_num',
      'dg_frag_len',
      'dg_serial_hi',
      'dg_serial_lo',
      'dg_server_boot',
    ];
    const columns = [...fields, 'dg_act_id', 'opnum'].map((name) => `dcerpc.${name}`);
    const rows = tsharkFields(capture, columns, 'dcerpc', OPTIONS).map(
      ([type, sequence, fragment, length, high, low, boot, activity, opnum]) => ({
        type: CL_TYPES[Number(type)],
        sequence: Number(sequence),
        fragment: Number(fragment),
        length: Number(length),
        serial: Number(high) * 256 + Number(low),
        booted: boot !== '' && !boot?.includes('1970'),
        activity,
        opnum: Number(opnum),
      }),
    );
    expect(rows).toEqual(messages.map(({ payload }) => ours(payload)));
  });

  test('tshark puts the long messages together', () => {
    const lengths = tsharkFields(
      capture,
      ['dcerpc.pkt_type', 'dcerpc.reassembled.length'],
      'dcerpc.reassembled.length',
      OPTIONS,
    );
    expect(lengths.filter(([type, length]) => type === '0' && length === String(LONG))).toHaveLength(3);
    expect(lengths.filter(([type, length]) => type === '2' && length === String(LONG))).toHaveLength(3);
  });

  test('tshark reads the bodies of facks as we do', () => {
    const names = [
      'fack_vers',
      'fack_window_size',
      'fack_max_tsdu',
      'fack_max_frag_size',
      'fack_serial_num',
      'fack_selack_len',
    ];
    const rows = tsharkFields(
      capture,
      names.map((name) => `dcerpc.${name}`),
      'dcerpc.pkt_type == 9',
      OPTIONS,
    );
    const bodies = messages.flatMap(({ payload }) => {
      const pdu = decodeCl(payload);
      return pdu.type === 'fack' && pdu.body !== null ? [pdu.body] : [];
    });
    expect(bodies.some(({ selectiveAck }) => selectiveAck.length > 0)).toBe(true);
    expect(rows.map((row) => row.map(Number))).toEqual(
      bodies.map((body) => [
        body.version,
        body.windowSize,
        body.maxTsdu,
        body.maxFragSize,
        body.serial,
        body.selectiveAck.length,
      ]),
    );
  });

  test('scapy reads the headers as we do, and encodes them to the same bytes', () => {
    const input = messages.map(({ payload }) => Buffer.from(payload).toString('hex'));
    const rows = scapyHeaders(input);
    expect(rows.map(({ again }) => again)).toEqual(input.map((datagram) => datagram.slice(0, 160)));
    expect(
      rows.map(({ ptype, seqnum, fragnum, len, serial, server_boot, act_id, opnum }) => ({
        type: CL_TYPES[ptype],
        sequence: seqnum,
        fragment: fragnum,
        length: len,
        serial,
        booted: server_boot !== 0,
        activity: act_id,
        opnum,
      })),
    ).toEqual(messages.map(({ payload }) => ours(payload)));
  });
});

function ours(payload: Uint8Array) {
  const { type, header, bodyLength } = decodeHeader(payload);
  const { sequence, fragment, serial, serverBoot, activity, opnum } = header;
  const booted = serverBoot !== 0;
  return { type, sequence, fragment, length: bodyLength, serial, booted, activity: uuidText(activity), opnum };
}

/** tshark's guess refuses packets with PF2_UNRELATED: it gets a copy without. */
function withoutUnrelated(message: CapturedMessage): CapturedMessage {
  const payload = message.payload.slice();
  payload[3] = (payload[3] ?? 0) & ~FLAGS2.unrelated;
  return { ...message, payload };
}

interface ScapyHeader {
  readonly ptype: number;
  readonly seqnum: number;
  readonly fragnum: number;
  readonly len: number;
  readonly serial: number;
  readonly server_boot: number;
  readonly act_id: string;
  readonly opnum: number;
  /** The header encoded again, in hexadecimal. */
  readonly again: string;
}

function scapyHeaders(datagrams: readonly string[]): ScapyHeader[] {
  const script = new URL('./cl-headers.py', import.meta.url).pathname;
  const output = execFileSync('/usr/bin/python3', [script], { input: datagrams.join('\n'), encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ScapyHeader);
}
