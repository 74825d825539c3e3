import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { type Explanation, explain } from '../../src/explain/index.ts';
import { FLAGS1 } from '../../src/pdu/cl/index.ts';
import { RpcClient, RpcServer } from '../../src/rpc.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { captureOf, request, response, type Sent } from '../explain/pdus.ts';
import { machineRun, openAndClose, SERVER, world } from '../explain/scenario.ts';
import { convert, tsharkFields, wireshark, withDirectory } from './wireshark.ts';

const CONV = '333a2276-0000-0000-0d00-00809c000000';

/** What a script finds that knows nothing of ours: rows of tshark, and sets of texts. */
interface Counted {
  readonly pdus: number;
  readonly types: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly callbacks: number;
  readonly conversations: number;
  readonly retransmissions: number;
  readonly duplicates: number;
}

const FIELDS = [
  'dcerpc.pkt_type',
  'dcerpc.dg_act_id',
  'dcerpc.dg_seqnum',
  'dcerpc.dg_frag_num',
  'dcerpc.dg_serial_hi',
  'dcerpc.dg_serial_lo',
  'dcerpc.dg_if_id',
];

/** Guesses of tshark that come before the one at RPC: at requests that begin 04 00 00 00, and at all of UDP port 5000. */
const OPTIONS = ['wg', 'tapa'].flatMap((protocol) => ['--disable-protocol', protocol]);

function countWithTshark(capture: Uint8Array): Counted {
  const rows = tsharkFields(capture, FIELDS, 'dcerpc', OPTIONS);
  const types: Record<string, number> = {};
  const [calls, callbacks, activities, fragments, transmissions] = Array.from({ length: 5 }, () => new Set<string>());
  let retransmissions = 0;
  let duplicates = 0;
  for (const [type = '', activity = '', sequence = '', fragment = '', high = '', low = '', interfaceId = ''] of rows) {
    types[type] = (types[type] ?? 0) + 1;
    activities?.add(activity);
    const call = `${activity} ${sequence}`;
    if (type === '0') (interfaceId === CONV ? callbacks : calls)?.add(call);
    if (!['0', '2', '3', '6'].includes(type)) continue;
    const piece = `${call} ${type} ${fragment}`;
    const transmission = `${call} ${type} ${high} ${low}`;
    if (fragments?.has(piece)) {
      if (transmissions?.has(transmission)) duplicates += 1;
      else retransmissions += 1;
    }
    fragments?.add(piece);
    transmissions?.add(transmission);
  }
  return {
    pdus: rows.length,
    types,
    calls: calls?.size ?? 0,
    callbacks: callbacks?.size ?? 0,
    conversations: activities?.size ?? 0,
    retransmissions,
    duplicates,
  };
}

const TYPE_NUMBERS = [
  'request',
  'ping',
  'response',
  'fault',
  'working',
  'nocall',
  'reject',
  'ack',
  'cl_cancel',
  'fack',
  'cancel_ack',
] as const;

function countOf({ rpc }: Explanation): Counted {
  const types = Object.fromEntries(
    TYPE_NUMBERS.map((type, number) => [String(number), rpc.types[type]] as const).filter(([, count]) => count > 0),
  );
  return {
    pdus: rpc.pdus,
    types,
    calls: rpc.calls,
    callbacks: rpc.callbacks.calls,
    conversations: rpc.conversations,
    retransmissions: rpc.retransmissions,
    duplicates: rpc.duplicates,
  };
}

/** tshark takes datagrams with PF2_UNRELATED for plain UDP: it gets a copy without that bit. */
async function withoutUnrelated(capture: Uint8Array): Promise<Buffer> {
  const writer = new PcapngWriter();
  const pieces = [writer.header()];
  await readDatagrams([capture], ({ timestampMs, from, to, payload }) => {
    const flags2 = payload[3] ?? 0;
    pieces.push(writer.packet({ timestampMs, from, to, payload: payload.with(3, flags2 & ~0x04) }));
  });
  return Buffer.concat(pieces);
}

async function compare(capture: Uint8Array): Promise<Counted> {
  const ours = countOf(await explain(capture));
  expect(ours).toEqual(countWithTshark(await withoutUnrelated(capture)));
  return ours;
}

/** Opens and closes over a link that loses, doubles and holds back, as the server's side of it sees them. */
async function lossyCapture(seed: number): Promise<Buffer> {
  const conditions = () => ({ loss: 0.2, duplicate: 0.1, reorder: 0.1, reorderDelay: 40, jitter: 5 });
  const of = await world({ seed, tap: 'server', conditions });
  for (let open = 0; open < 15; open++) {
    await openAndClose(of, 5000 + open).catch(() => {});
  }
  return of.capture();
}

describe('packets, calls and repetitions are as many as a script counts over the fields of tshark', () => {
  test.each([1, 2, 3])('over a link that loses, doubles and reorders, seed %i', async (seed) => {
    const counted = await compare(await lossyCapture(seed));
    expect(counted.calls).toBeGreaterThan(40);
    expect(counted.retransmissions).toBeGreaterThan(20);
    expect(counted.duplicates).toBeGreaterThan(5);
    expect(counted.callbacks).toBeGreaterThan(10);
  });

  test('a machine that leaks, silent opens and all', async () => {
    const fails = (open: number) => open % 5 === 2;
    const capture = await machineRun({
      profile: 'windows-2000-sp3',
      opens: 40,
      everyMs: 40_000,
      fails,
      failure: 'no-answer',
    });
    expect((await compare(capture)).retransmissions).toBeGreaterThan(200);
  });

  test.each([
    ['editcap, as pcap', 'editcap', ['-F', 'pcap']],
    ['editcap, as pcap with nanoseconds', 'editcap', ['-F', 'nsecpcap']],
    ['editcap, as pcapng', 'editcap', ['-F', 'pcapng']],
  ] as const)('converted by %s', async (_, tool, args) => {
    const capture = await lossyCapture(4);
    const converted = convert(tool, args, capture);
    expect(countOf(await explain(converted))).toEqual(await compare(capture));
  });

  test('written anew by tshark', async () => {
    const capture = await lossyCapture(5);
    const rewritten = withDirectory((directory) => {
      const [from, to] = [join(directory, 'in'), join(directory, 'out')];
      writeFileSync(from, capture);
      wireshark('tshark', ['-r', from, '-w', to]);
      return readFileSync(to);
    });
    expect(countOf(await explain(rewritten))).toEqual(await compare(capture));
  });

  test('as text2pcap makes it out of hexadecimal text, with headers of its own', async () => {
    const capture = await lossyCapture(6);
    const lines: string[] = [];
    await readDatagrams([capture], ({ from, payload }) => {
      const octets = [...payload].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      lines.push(from.host === SERVER.host ? 'O' : 'I', `0000 ${octets}`, '');
    });
    const args = ['-q', '-D', '-4', '10.0.0.5,10.0.0.9', '-u', '1047,5000'];
    const made = convert('text2pcap', args, lines.join('\n'));
    const explained = await explain(made);
    // All clients have become one end, so only what does not depend on it is the same.
    const { calls, callbacks, pdus, types, conversations } = await compare(capture);
    expect(countOf(explained)).toMatchObject({ calls, callbacks, pdus, types, conversations });
    await compare(made);
  });
});

test('what tshark captures of real traffic on loopback is what passed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-live-'));
  const server = await RpcServer.open();
  const file = join(directory, 'live.pcapng');
  const filter = `udp port ${server.local.port}`;
  const tshark = spawn('tshark', ['-i', 'lo', '-f', filter, '-w', file, '-q', '-l'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    // It says so once its capture file is open: what is sent from here on is in it.
    for await (const chunk of tshark.stderr) if (/File: /.test(String(chunk))) break;
    const echo = { uuid: Uint8Array.from({ length: 16 }, (_, i) => i + 1), version: { major: 1, minor: 0 } };
    server.serve({ ...echo, operations: [({ stub }) => stub] });
    const client = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1' });
    for (let i = 0; i < 25; i++) await client.call(echo, 0, new Uint8Array(100));
    await client.close();
    await settled(file);
    tshark.kill('SIGINT');
    await once(tshark, 'exit');
    const explained = await explain(file);
    expect(explained.rpc).toMatchObject({ calls: 25, callbacks: { calls: 1, answered: 1 }, retransmissions: 0 });
    expect(explained.verdict).toBe('fine');
    await compare(readFileSync(file));
  } finally {
    tshark.kill('SIGKILL');
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

/** tshark writes what it captured some time later: until the last packet, an ack, is in the file. */
async function settled(file: string): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const explained = await explain(readFileSync(file)).catch(() => null);
    if ((explained?.rpc.types.ack ?? 0) > 0 || Date.now() > end) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('calls of many fragments both ways, sent again and doubled at random, count alike', async () => {
  const random = seededRandom(8);
  const sent: Sent[] = [];
  for (let sequence = 0; sequence < 40; sequence++) {
    for (const make of [request, response]) {
      const count = 1 + Math.floor(random() * 12);
      const order = Array.from({ length: count * 2 }, (_, i) => (i < count ? i : Math.floor(random() * count)));
      for (const [serial, fragment] of order.entries()) {
        const isLast = fragment === count - 1;
        const flags1 = count === 1 ? 0 : isLast ? FLAGS1.frag | FLAGS1.lastfrag : FLAGS1.frag;
        const pdu = make({ sequence, fragment, serial, flags1 }, new Uint8Array(isLast ? 13 : 64));
        sent.push({ ms: sent.length, pdu });
        if (random() < 0.1) sent.push({ ms: sent.length, pdu });
      }
    }
  }
  const counted = await compare(captureOf(sent));
  expect(counted).toMatchObject({ calls: 40, conversations: 1 });
  expect(counted.retransmissions).toBeGreaterThan(200);
  expect(counted.duplicates).toBeGreaterThan(20);
});
