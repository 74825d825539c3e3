import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeIpPacket } from '../../src/capture/ip-writer.ts';
import { explain } from '../../src/explain/index.ts';
import type { Explanation } from '../../src/explain/types.ts';
import { CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { encodeCl, FLAGS1 } from '../../src/pdu/cl/index.ts';
import { explainText } from '../../src/report/explain-text.ts';
import { ncaCode } from '../../src/status/nca.ts';
import { ipv4, pcapFile, pcapngBlocks } from '../capture/builder.ts';
import { CLIENT, captureOf, header, request, response, SERVER, type Sent } from './pdus.ts';

const file = (name: string): Buffer => readFileSync(new URL(`captures/${name}`, import.meta.url));
const explained = (...sent: Sent[]): Promise<Explanation> => explain(captureOf(sent));
const MISMATCH = ncaCode('nca_s_fault_context_mismatch');
const NONE = new Uint8Array(0);
const ids = ({ findings }: Explanation): string[] => findings.map(({ id }) => id);

/** Long after the last word of everybody. */
const LATER: Sent = { ms: 120_000, payload: new Uint8Array(4) };

describe('ICMP answers for a server that is not there', () => {
  test.each([
    ['icmp-port-unreachable.pcap', 'port unreachable', '10.0.0.9'],
    ['icmp-admin-prohibited.pcap', 'prohibited by a filter', '10.0.0.1'],
  ])('%s: %s', async (name, title, by) => {
    const of = await explain(file(name));
    expect(of.findings).toMatchObject([{ id: 'unreachable', title, severity: 'problem' }]);
    expect(of.findings[0]?.examples[0]?.detail).toContain(`${by} said so 5 times, first in packet 2`);
    expect(of.rpc.results).toMatchObject({ unreachable: 1, none: 0, pending: 0 });
    expect(of.conversations[0]?.calls[0]?.refusal).toMatchObject({ by, count: 5 });
    expect(of.hosts).toMatchObject([{ failed: 1 }]);
  });

  /** The packet, and what ICMP says of it with 8 bytes of UDP, as RFC 792 asks for and Windows 2000 does. */
  const withIcmp = (type: number, code: number, fromServer = false) => {
    const sent = Buffer.from(encodeIpPacket({ from: CLIENT, to: SERVER, payload: encodeCl(request()) }));
    const answer = Buffer.from(encodeIpPacket({ from: SERVER, to: CLIENT, payload: encodeCl(response()) }));
    const quoted = (fromServer ? answer : sent).subarray(0, 28);
    const icmp = Buffer.concat([Buffer.from([type, code, 0, 0, 0, 0, 0, 0]), quoted]);
    const told = ipv4(icmp, { protocol: 1, from: '10.0.0.1', to: CLIENT.host });
    return explain(
      pcapFile(
        {},
        (fromServer ? [sent, answer, told] : [sent, told]).map((data) => ({ data })),
      ),
    );
  };

  test.each([
    [3, 3, 'port unreachable'],
    [3, 1, 'host unreachable'],
    [3, 0, 'host unreachable'],
    [3, 10, 'prohibited by a filter'],
    [3, 13, 'prohibited by a filter'],
    [11, 0, 'lost in a circle'],
    [3, 4, 'fragments too large for the path'],
  ])('type %i code %i that quotes no more than ports is %s', async (type, code, title) => {
    const of = await withIcmp(type, code);
    expect(of.findings.map((finding) => finding.title)).toEqual([title]);
    expect(of.verdict).toBe('problems');
  });

  test('an echo says nothing', async () => {
    expect((await withIcmp(8, 0)).findings).toEqual([]);
  });

  test('about a result says that the client is gone', async () => {
    expect((await withIcmp(3, 3, true)).findings).toMatchObject([{ id: 'client-gone', severity: 'notice' }]);
  });
});

describe('nothing is called right that the capture does not show to be', () => {
  test('three cancels of a call that nobody answers', async () => {
    const of = await explain(file('quits-only.pcap'));
    expect(ids(of)).toEqual(['server-silent']);
    expect(explainText(of)).not.toMatch(/Nothing is wrong|✓/);
  });

  test('every ping answered by nocall', async () => {
    const pings = [2, 4, 8, 16].flatMap((s, serial) => [
      { ms: 1000 * s, pdu: { type: 'ping', header: header({ serial: serial + 1 }) } } as const,
      { ms: 1000 * s + 1, pdu: { type: 'nocall', header: header(), body: null } } as const,
    ]);
    const of = await explained({ ms: 0, pdu: request({ flags1: FLAGS1.idempotent }) }, ...pings);
    expect(ids(of)).toEqual(['requests-lost']);
    expect(of.findings[0]?.examples[0]?.detail).toContain('answered by 4 nocalls');
  });

  test('one-way calls, of which nothing shows whether they arrived', async () => {
    const of = await explained({ ms: 0, pdu: request({ flags1: FLAGS1.maybe }) }, LATER);
    expect(of).toMatchObject({ verdict: 'unknown', doubts: [{ id: 'no-answer-wanted', count: 1 }] });
    expect(explainText(of)).toMatch(/does not show that nothing is wrong: 1 calls want no answer/);
  });

  test('packets that cannot be looked into, in text too', async () => {
    const records = [{ data: ipv4(Buffer.alloc(40), { protocol: 50 }) }];
    const calls = [encodeIpPacket({ from: CLIENT, to: SERVER, payload: encodeCl(request()) })];
    const answers = [encodeIpPacket({ from: SERVER, to: CLIENT, payload: encodeCl(response()) })];
    const all = [...calls, ...answers].map((data) => ({ data: Buffer.from(data) }));
    const of = await explain(pcapFile({}, [...all, ...records]));
    expect(of).toMatchObject({ verdict: 'unknown', doubts: [{ id: 'not-looked-into', count: 1 }] });
    expect(explainText(of)).toContain('1 packets could not be looked into');
  });

  test.each([68, 96])('packets of which %i bytes were captured', async (snap) => {
    const packets = [
      encodeIpPacket({ from: CLIENT, to: SERVER, payload: encodeCl(request()) }),
      encodeIpPacket({ from: SERVER, to: CLIENT, payload: encodeCl(response()) }),
    ].map((ip) => ({ data: Buffer.from(ip).subarray(0, snap), originalLength: ip.length }));
    const of = await explain(pcapFile({}, packets));
    expect(of).toMatchObject({ verdict: 'nothing', doubts: [{ id: 'cut-short', count: 2 }] });
    expect(of.source.snapped).toEqual({ packets: 2, bytes: snap });
    expect(explainText(of)).toMatch(new RegExp(`^snap length +${snap} bytes, which cut 2 packets$`, 'm'));
    expect(explainText(of)).toContain(`cut by the snap length of ${snap} bytes`);
  });
});

describe('one direction is missing', () => {
  const calls = [0, 1, 2, 3].flatMap((sequence) => [
    { ms: sequence * 100, pdu: request({ sequence }) },
    { ms: sequence * 100 + 10, pdu: response({ sequence }) },
  ]);

  test('the answers: the client goes on as one that has them', async () => {
    const of = await explained(...calls.filter(({ pdu }) => pdu.type === 'request'), LATER);
    expect(of.findings).toEqual([]);
    expect(of.rpc.results).toMatchObject({ unseen: 3 });
    expect(of.doubts.map(({ id }) => id)).toEqual(['one-direction', 'no-result']);
    expect(of.verdict).toBe('unknown');
  });

  test('the requests', async () => {
    const named = { interfaceId: CLUSAPI_V2.uuid };
    const of = await explained(
      ...[0, 1].map((sequence) => ({ ms: sequence, pdu: response({ sequence, ...named }, new Uint8Array(4)) })),
    );
    expect(of).toMatchObject({ verdict: 'unknown', doubts: [{ id: 'one-direction' }] });
  });
});

describe('copies of a SPAN port', () => {
  test('a ping that crosses its response, twice in the capture, is one ping', async () => {
    const of = await explain(file('ping-crosses-response-x2.pcap'));
    expect(of.findings).toEqual([]);
    expect(of.conversations[0]?.calls[0]?.pings).toBe(1);
  });

  test('two fragments of IP, twice in the capture, miss nothing', async () => {
    const of = await explain(file('65_ipfrag_dup.pcap'));
    expect(of.source.ipReassembly).toEqual({ timedOut: 0, evicted: 0, conflicting: 0, unfinished: 0 });
    expect(ids(of)).not.toContain('path-too-narrow');
  });
});

test('both sides of a NAT are one conversation, with the findings of one', async () => {
  const of = await explain(file('67_nat_both_sides.pcap'));
  expect(of.rpc).toMatchObject({ calls: 26, conversations: 24, callbacks: { calls: 7, answered: 6 } });
  expect(of.hosts.map(({ host }) => host)).toEqual(['10.0.0.5']);
  expect(of.findings.map(({ id, count }) => [id, count])).not.toContainEqual(['answered-from-elsewhere', 6]);
  expect(of.conversations[0]).toMatchObject({ translated: { host: '192.0.2.1', port: 25_000 } });
  expect(explainText(of)).toContain('(behind a NAT: 192.0.2.1:25000)');
});

test('a callback that is sent three times again is told of once, at its call', async () => {
  const silent = (await explain(file('t1.pcap'))).findings.find(({ id }) => id === 'server-silent');
  expect(silent?.examples.map(({ client }) => client)).toEqual(['10.0.0.5:5003', '10.0.0.5:5004']);
});

describe('what the end of a call says', () => {
  test('results sent again to a client that has ended are no sign of loss', async () => {
    const calls = Array.from({ length: 6 }, (_, i) => {
      const fields = { activity: Uint8Array.from({ length: 16 }, () => i + 1) };
      return [
        { ms: 20_000 * i, pdu: request(fields) },
        ...[1, 2, 3].map((serial) => ({ ms: 20_000 * i + 2_000 * serial, pdu: response({ ...fields, serial }) })),
      ];
    });
    const of = await explained(...calls.flat(), { ...LATER, ms: 200_000 });
    expect(of.findings).toMatchObject([{ id: 'client-gone', severity: 'notice', count: 6 }]);
  });

  test('a call that its client cancelled sends nobody to the event log', async () => {
    const of = await explained(
      { ms: 0, pdu: request() },
      { ms: 10, pdu: { type: 'cl_cancel', header: header(), body: null } },
      { ms: 20, pdu: { type: 'fault', header: header(), status: ncaCode('nca_s_fault_cancel'), trailer: NONE } },
    );
    expect(of.findings).toMatchObject([{ title: 'call cancelled by its client', severity: 'notice' }]);
    expect(of.findings[0]?.advice).not.toContain('event log');
  });

  test('a device that has nothing to do with clusters is not told to open one', async () => {
    const boots = [1, 2].flatMap((serverBoot, i) => [
      { ms: 100 * i, pdu: request({ sequence: i }) },
      { ms: 100 * i + 1, pdu: response({ sequence: i, serverBoot }) },
    ]);
    const fields = header({ sequence: 2 });
    const mismatch = { type: 'fault', header: fields, status: MISMATCH, trailer: NONE } as const;
    const of = await explained(...boots, { ms: 300, pdu: request({ sequence: 2 }) }, { ms: 301, pdu: mismatch });
    expect(ids(of)).toEqual(['server-restarted', 'call-faulted']);
    for (const { advice } of of.findings) expect(advice).toMatch(/connect anew/);
  });
});

describe('clocks', () => {
  test('times that run backwards are said', async () => {
    const of = await explained({ ms: 3_600_000, pdu: request() }, { ms: 5, pdu: response() });
    expect(of.findings).toMatchObject([{ id: 'clocks-differ', title: 'times run backwards', severity: 'notice' }]);
    expect(of.findings[0]?.meaning).toContain('by up to 60 min');
  });

  test('two interfaces whose clocks differ are said', async () => {
    const { section, description, enhanced } = pcapngBlocks(false);
    const packets = [request(), response()].map((pdu) => {
      const [from, to] = pdu.type === 'request' ? [CLIENT, SERVER] : [SERVER, CLIENT];
      return Buffer.from(encodeIpPacket({ from, to, payload: encodeCl(pdu) }));
    });
    const blocks = packets.map((data, id) => enhanced(id, id === 0 ? 2_000_000n : 500_000n, data));
    const of = await explain(Buffer.concat([section(), description(101), description(101), ...blocks]));
    expect(of.findings).toMatchObject([{ title: 'clocks of interfaces differ' }]);
  });

  test('an answer before its request is said', async () => {
    const of = await explained({ ms: 0, pdu: response() }, { ms: 400, pdu: request() });
    expect(ids(of)).toEqual(['clocks-differ']);
  });
});

test('the text tells of authentication, and counts what it does not list', async () => {
  const trailer = Buffer.from('0600000000000000', 'hex');
  const secured = { ...request({ authProtocol: 10 }), trailer } as ReturnType<typeof request>;
  const of = await explained({ ms: 0, pdu: secured }, { ms: 1, pdu: response() });
  expect(explainText(of)).toContain('NTLM at privacy');
  const many = Array.from({ length: 30 }, (_, i) => {
    const fields = { activity: Uint8Array.from({ length: 16 }, () => i + 1) };
    return [
      { ms: i, pdu: request(fields) },
      { ms: i, pdu: response(fields) },
    ];
  });
  const bounded = await explain(captureOf(many.flat()), { settings: { listedConversations: 10 } });
  expect(explainText(bounded, undefined, { conversations: 3 })).toContain('(3 of 30 listed; --json has 5)');
});
