import { describe, expect, test } from 'vitest';
import { DatagramReader, type PacketKind } from '../../src/capture/datagram-reader.ts';
import type { ReassemblyLimits } from '../../src/capture/fragments.ts';
import type { Datagram } from '../../src/capture/packet.ts';
import { type Cut, ethernet, fragmentHeader, fragmentsOf, ipv4, ipv6, pattern, udp } from './builder.ts';

interface Sent {
  readonly data: Buffer;
  readonly seconds?: number;
  readonly linkType?: number;
  readonly originalLength?: number;
}

function run(packets: readonly Sent[], limits: Partial<ReassemblyLimits> = {}) {
  const reader = new DatagramReader(limits);
  const datagrams: Datagram[] = [];
  for (const [i, { data, seconds = i * 1e-3, linkType = 101, originalLength = data.length }] of packets.entries()) {
    const whole = Math.floor(seconds);
    const nanoseconds = Math.round((seconds - whole) * 1e9);
    const datagram = reader.read({
      number: i + 1,
      seconds: whole,
      nanoseconds,
      timed: true,
      interfaceId: 0,
      linkType,
      data,
      originalLength,
    });
    if (datagram !== null) datagrams.push({ ...datagram, payload: Buffer.from(datagram.payload) });
  }
  const counts = Object.fromEntries(Object.entries(reader.counts).filter(([, count]) => count > 0));
  return { datagrams, counts, reassembly: reader.reassembly, unfinished: reader.unfinished };
}

test('a datagram has its number, time, ends and payload', () => {
  const payload = pattern(5);
  const { datagrams } = run([{ data: ipv4(udp({ payload, fromPort: 5001, toPort: 135 })), seconds: 1_700_000_000.25 }]);
  expect(datagrams).toEqual([
    {
      number: 1,
      timestampMs: 1_700_000_000_250,
      from: { host: '192.0.2.1', port: 5001 },
      to: { host: '192.0.2.2', port: 135 },
      payload,
      truncated: false,
      fragments: 1,
    },
  ]);
});

const tcp = ipv4(pattern(20), { protocol: 6 });
const longUdp = ipv4(Buffer.from('040004000100000041', 'hex'));

test.each<readonly [string, PacketKind, Sent]>([
  ['TCP', 'tcp', { data: tcp }],
  ['ICMP', 'icmp', { data: ipv4(pattern(8), { protocol: 1 }) }],
  ['ICMPv6', 'icmp', { data: ipv6(pattern(8), { nextHeader: 58 }) }],
  ['a fragment of TCP', 'tcp', { data: ipv4(pattern(16), { protocol: 6, more: true }) }],
  ['OSPF', 'otherIp', { data: ipv6(pattern(8), { nextHeader: 89 }) }],
  ['ESP', 'unknownTunnel', { data: ipv6(pattern(8), { nextHeader: 50 }) }],
  ['ARP', 'arp', { data: ethernet(0x0806, pattern(28)), linkType: 1 }],
  ['LLDP', 'otherNetwork', { data: ethernet(0x88cc, pattern(28)), linkType: 1 }],
  ['IP version 5', 'otherNetwork', { data: Buffer.alloc(40, 0x50) }],
  ['an unknown address family', 'otherNetwork', { data: Buffer.alloc(40, 0x09), linkType: 0 }],
  ['USB', 'unknownLink', { data: pattern(60), linkType: 189 }],
  ['nothing', 'malformed', { data: Buffer.alloc(0) }],
  ['half an Ethernet header', 'malformed', { data: pattern(9), linkType: 1 }],
  [
    'VLAN tags without end',
    'malformed',
    { data: ethernet(0x8100, Buffer.alloc(0), Array(9).fill(0x8100)), linkType: 1 },
  ],
  ['half an IP header', 'malformed', { data: ipv4(udp()).subarray(0, 12) }],
  ['half an IP header of a cut packet', 'cutShort', { data: ipv4(udp()).subarray(0, 12), originalLength: 99 }],
  ['half a UDP header', 'malformed', { data: ipv4(udp().subarray(0, 7)) }],
  ['half a UDP header of a cut packet', 'cutShort', { data: ipv4(udp()).subarray(0, 26), originalLength: 99 }],
  ['an IP header of four words', 'malformed', { data: Buffer.from(ipv4(udp())).fill(0x44, 0, 1) }],
  ['IPv4 that calls itself version 6', 'malformed', { data: ethernet(0x0800, ipv6(udp())), linkType: 1 }],
  ['UDP longer than its IP packet', 'malformed', { data: longUdp }],
  [
    'an extension header that leaves its packet',
    'malformed',
    { data: ipv6(Buffer.from([17, 9, 0, 0, 0, 0, 0, 0]), { nextHeader: 0 }) },
  ],
  ['a fragment that is no multiple of 8', 'malformed', { data: ipv4(pattern(9), { more: true }) }],
  ['a fragment beyond 65 535 bytes', 'malformed', { data: ipv4(pattern(16), { offset: 65_528 }) }],
  ['a cut fragment', 'cutShort', { data: ipv4(pattern(16), { more: true }).subarray(0, 30), originalLength: 36 }],
])('%s is counted as %s', (_, kind, packet) => {
  const { datagrams, counts } = run([packet]);
  expect(datagrams).toEqual([]);
  expect(counts).toEqual({ [kind]: 1 });
});

test('a cut payload is delivered and marked', () => {
  const data = ipv4(udp({ payload: pattern(100) }));
  const { datagrams } = run([{ data: data.subarray(0, 60), originalLength: data.length }]);
  expect(datagrams).toMatchObject([{ truncated: true, payload: pattern(100).subarray(0, 32) }]);
});

test('an IPv4 length of zero, as segmentation offload leaves it, means all that is there', () => {
  const data = ipv4(udp({ payload: pattern(10) }));
  data.writeUInt16BE(0, 2);
  expect(run([{ data }]).datagrams).toMatchObject([{ payload: pattern(10), truncated: false }]);
});

describe('fragments', () => {
  const body = udp({ payload: pattern(2992) });
  const cuts: readonly Cut[] = [
    { from: 0, to: 1000 },
    { from: 1000, to: 2000 },
    { from: 2000, to: 3000 },
  ];
  const [first, second, third] = fragmentsOf(body, cuts).map((data) => ({ data })) as [Sent, Sent, Sent];
  const DIFFERENT = Buffer.concat([body.subarray(0, 1504), Buffer.alloc(8, 0xee), body.subarray(1512)]);

  test.each<readonly [string, readonly Sent[]]>([
    ['in order', [first, second, third]],
    ['last first', [third, second, first]],
    ['the middle last', [first, third, second]],
    ['one of them twice', [first, second, second, third]],
  ])('%s make the datagram at the last missing piece', (_, packets) => {
    const { datagrams, unfinished, reassembly } = run(packets);
    expect(datagrams).toMatchObject([{ number: packets.length, payload: pattern(2992), fragments: packets.length }]);
    expect(unfinished).toBe(0);
    expect(reassembly).toEqual({ timedOut: 0, evicted: 0, conflicting: 0 });
  });

  test('of two identifications, or two pairs of ends, do not mix', () => {
    const other = fragmentsOf(DIFFERENT, cuts, { id: 8 }).map((data) => ({ data }));
    const elsewhere = fragmentsOf(DIFFERENT, cuts, { to: '192.0.2.3' }).map((data) => ({ data }));
    const { datagrams } = run([first, ...other.slice(1), ...elsewhere.slice(1), second, third]);
    expect(datagrams).toMatchObject([{ payload: pattern(2992) }]);
  });

  test.each<readonly [string, readonly Cut[], Buffer]>([
    ['other bytes in the same place', [{ from: 1000, to: 2000 }], DIFFERENT],
    ['other bytes in a part of it', [{ from: 1504, to: 2504 }], DIFFERENT],
    ['an earlier end', [{ from: 1000, to: 1504 }], body.subarray(0, 1504)],
    ['a later end', [{ from: 3000, to: 3008 }], Buffer.concat([body, Buffer.alloc(8)])],
  ])('that contradict each other (%s) drop the datagram whole', (_, cut, bytes) => {
    const foe = fragmentsOf(bytes, cut).map((data) => ({ data }));
    for (const packets of [
      [second, third, ...foe, first],
      [...foe, second, third, first],
    ]) {
      const { datagrams, reassembly, counts } = run(packets);
      expect(datagrams).toEqual([]);
      expect(reassembly).toEqual({ timedOut: 0, evicted: 0, conflicting: 1 });
      expect(counts).toEqual({ fragment: 4 });
    }
  });

  test('that come too late by the time of the capture begin anew', () => {
    const late = (packet: Sent, seconds: number): Sent => ({ ...packet, seconds });
    const inTime = run([late(first, 100), late(second, 101), late(third, 130)]);
    expect(inTime.datagrams).toHaveLength(1);
    const tooLate = run([late(first, 100), late(second, 101), late(third, 130.001)]);
    expect(tooLate).toMatchObject({ datagrams: [], unfinished: 1, reassembly: { timedOut: 1 } });
    const backwards = run([late(first, 100), late(second, 101), late(third, 60)]);
    expect(backwards).toMatchObject({ datagrams: [], reassembly: { timedOut: 1 } });
  });

  test('of a flood that never completes hold bounded memory, and the oldest goes first', () => {
    const flood = Array.from({ length: 3000 }, (_, id) => ({
      data: ipv4(pattern(8), { id, offset: 65_520, more: true }),
    }));
    const { unfinished, reassembly } = run([...flood, first, second, third]);
    expect(unfinished).toBeLessThanOrEqual((8 * 1024 * 1024) / 65_528);
    expect(reassembly.evicted + unfinished).toBe(3000);
    expect(run([...flood, first, second, third]).datagrams).toHaveLength(1);
    expect(run([first, ...flood, second, third]).datagrams).toHaveLength(0);
    const small = run([...flood.map(({ data }) => ({ data: Buffer.from(data).fill(0, 7, 8) }))], {
      maxFragmentedDatagrams: 10,
    });
    expect(small.unfinished).toBe(10);
  });

  test('eight thousand of eight bytes each, every other one first, make one datagram', () => {
    const large = udp({ payload: pattern(65_000) });
    const all = Array.from({ length: Math.ceil(large.length / 8) }, (_, i) => ({
      from: 8 * i,
      to: Math.min(8 * i + 8, large.length),
    }));
    const pieces = fragmentsOf(large, [...all.filter((_, i) => i % 2 === 0), ...all.filter((_, i) => i % 2 === 1)]);
    expect(run(pieces.map((data) => ({ data, seconds: 1 }))).datagrams).toMatchObject([
      { payload: pattern(65_000), fragments: 8126 },
    ]);
  });

  test('within a reassembled IPv6 packet are malformed', () => {
    const nested = Buffer.concat([fragmentHeader(17, 5, 0, true), pattern(24)]);
    const pieces = fragmentsOf(
      nested,
      [
        { from: 0, to: 16 },
        { from: 16, to: 32 },
      ],
      { from: '2001:db8::1', to: '2001:db8::2', protocol: 44 },
    );
    const { counts, datagrams } = run(pieces.map((data) => ({ data })));
    expect(datagrams).toEqual([]);
    expect(counts).toEqual({ fragment: 1, malformed: 1 });
  });
});
