import { PcapngWriter, PcapWriter } from '../../src/capture/writers.ts';
import {
  cooked,
  cooked2,
  ethernet,
  fragmentHeader,
  fragmentsOf,
  ipv4,
  ipv6,
  pattern,
  pcapFile,
  pcapngBlocks,
  u32,
  udp,
} from './builder.ts';

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
  /** UDP datagrams in it. */
  readonly datagrams: number;
}

const MESSAGES = [
  { from: { host: '192.0.2.10', port: 5001 }, to: { host: '192.0.2.20', port: 135 }, payload: pattern(80) },
  { from: { host: '2001:db8::10', port: 5002 }, to: { host: 'fe80::1:0:0:2', port: 3343 }, payload: pattern(333, 5) },
  { from: { host: '::ffff:192.0.2.30', port: 65535 }, to: { host: '192.0.2.20', port: 1 }, payload: pattern(1) },
  { from: { host: '0.0.0.0', port: 5003 }, to: { host: '::1', port: 3343 }, payload: pattern(0) },
  { from: { host: '127.0.0.1', port: 5004 }, to: { host: '127.0.0.2', port: 3343 }, payload: pattern(65_507) },
  { from: { host: '::1', port: 5005 }, to: { host: '::1', port: 3343 }, payload: pattern(65_507) },
];

const WRITERS = [
  ['pcapng with nanoseconds', new PcapngWriter('nanoseconds')],
  ['pcapng with microseconds', new PcapngWriter('microseconds')],
  ['pcap with nanoseconds', new PcapWriter('nanoseconds')],
  ['pcap with microseconds', new PcapWriter('microseconds')],
] as const;

/** Our own files, and files of the builder in every form that the reader knows. */
export const SAMPLES: readonly Sample[] = [
  ...WRITERS.map(([name, writer]) => ({
    name: `our ${name}`,
    datagrams: MESSAGES.length,
    bytes: Buffer.concat([
      writer.header(),
      ...MESSAGES.map((message, i) => writer.packet({ ...message, timestampMs: 1_700_000_000_123.25 + i * 777.125 })),
    ]),
  })),
  ...[false, true].flatMap((bigEndian) =>
    [false, true].map((nanoseconds) => ({
      name: `pcap, ${bigEndian ? 'big' : 'little'}-endian, ${nanoseconds ? 'nano' : 'micro'}seconds`,
      datagrams: 2,
      bytes: pcapFile({ bigEndian, nanoseconds }, [
        { data: ipv4(udp()), seconds: 1_700_000_000, fraction: 999_999 },
        { data: ipv6(udp({ fromPort: 7 })), seconds: 4_000_000_000, fraction: nanoseconds ? 123_456_789 : 123_456 },
      ]),
    })),
  ),
  { name: 'pcapng, big-endian then little-endian section, many interfaces', datagrams: 11, bytes: sections() },
  ...linkTypes(),
  { name: 'IPv4 and IPv6 fragments', datagrams: 7, bytes: fragments() },
  { name: 'what is not UDP', datagrams: 1, bytes: strangers() },
];

function sections(): Buffer {
  return Buffer.concat([sectionOf(true), sectionOf(false), smallSection()]);
}

function sectionOf(bigEndian: boolean): Buffer {
  const blocks = pcapngBlocks(bigEndian);
  const resolution = (value: number): Buffer => blocks.option(9, Buffer.from([value]));
  return Buffer.concat([
    blocks.section(),
    blocks.description(101),
    blocks.block(4, Buffer.alloc(40)), // names
    blocks.description(1, Buffer.concat([blocks.option(2, Buffer.from('eth0')), resolution(9), u32(bigEndian, 0)])),
    blocks.description(101, resolution(3)),
    blocks.description(101, resolution(0x80 | 10)),
    blocks.description(101, Buffer.concat([resolution(6), blocks.option(14, blocks.seconds64(1_000_000n))])),
    blocks.enhanced(0, 1_700_000_000_123_456n, ipv4(udp({ payload: pattern(33) }))),
    blocks.enhanced(1, 1_700_000_000_987_654_321n, ethernet(0x0800, ipv4(udp({ payload: pattern(34) })))),
    blocks.block(0x0777, pattern(400)),
    blocks.block(0x0bad, u32(bigEndian, 32473), pattern(400)),
    blocks.block(0x40000bad, u32(bigEndian, 32473), pattern(40)),
    blocks.block(9, Buffer.from('__REALTIME_TIMESTAMP=1700000001000000\nMESSAGE=hello\n')),
    blocks.enhanced(2, 1_700_000_001_500n, ipv6(udp({ payload: pattern(35) }))),
    blocks.enhanced(3, 1_700_000_002n * 1024n + 513n, ipv4(udp({ payload: pattern(36) }))),
    blocks.enhanced(4, 1_699_000_003_000_001n, ipv4(udp({ payload: pattern(37) })), 2000),
  ]);
}

function smallSection(): Buffer {
  const blocks = pcapngBlocks(true);
  return Buffer.concat([
    blocks.section(),
    blocks.description(101),
    blocks.obsolete(0, 1_700_000_009_000_009n, ipv4(udp())),
  ]);
}

function linkTypes(): Sample[] {
  const v4 = ipv4(udp({ payload: pattern(21) }));
  const v6 = ipv6(udp({ payload: pattern(22) }));
  const short = ipv4(udp({ payload: pattern(2) }));
  const forms: readonly (readonly [string, number, readonly Buffer[]])[] = [
    [
      'Ethernet, padded to 60 bytes',
      1,
      [ethernet(0x0800, Buffer.concat([short, Buffer.alloc(16)])), ethernet(0x86dd, v6)],
    ],
    ['802.1Q', 1, [ethernet(0x0800, v4, [0x8100]), ethernet(0x86dd, v6, [0x8100])]],
    [
      'QinQ',
      1,
      [
        ethernet(0x0800, v4, [0x88a8, 0x8100]),
        ethernet(0x86dd, v6, [0x8100, 0x8100]),
        ethernet(0x0800, v4, [0x9100, 0x8100]),
      ],
    ],
    ['Linux cooked', 113, [cooked(0x0800, v4), cooked(0x86dd, v6)]],
    ['Linux cooked 2', 276, [cooked2(0x0800, v4), cooked2(0x86dd, v6)]],
    ['raw IP', 101, [v4, v6]],
    ['raw IPv4', 228, [v4]],
    ['raw IPv6', 229, [v6]],
    ['BSD loopback', 0, [2, 24, 28, 30].map((family) => Buffer.concat([u32(false, family), family === 2 ? v4 : v6]))],
    [
      'BSD loopback, big-endian host',
      0,
      [2, 24, 28, 30].map((family) => Buffer.concat([u32(true, family), family === 2 ? v4 : v6])),
    ],
    ['OpenBSD loopback', 108, [2, 24].map((family) => Buffer.concat([u32(true, family), family === 2 ? v4 : v6]))],
    ['IPv4 options', 101, [ipv4(udp(), { options: Buffer.from('94040000', 'hex') })]],
    ['IPv6 extension headers', 101, [extended(0), extended(60), extended(43), atomic()]],
  ];
  return forms.map(([name, linkType, packets]) => ({
    name,
    datagrams: packets.length,
    bytes: pcapFile(
      { linkType, bigEndian: name.includes('big-endian') },
      packets.map((data) => ({ data })),
    ),
  }));
}

function extended(nextHeader: number): Buffer {
  return ipv6(Buffer.concat([Buffer.from([17, 1, 1, 12]), Buffer.alloc(12), udp({ payload: pattern(9) })]), {
    nextHeader,
  });
}

/** A fragment header on a datagram that is whole (RFC 6946). */
function atomic(): Buffer {
  return ipv6(Buffer.concat([fragmentHeader(17, 99, 0, false), udp({ payload: pattern(9) })]), { nextHeader: 44 });
}

function fragments(): Buffer {
  const body = udp({ payload: pattern(3000) });
  const other = udp({ payload: pattern(3000, 3), fromPort: 9 });
  const cuts = [
    { from: 0, to: 1480 },
    { from: 1480, to: 2960 },
    { from: 2960, to: 3008 },
  ];
  const repeated = [cuts[0], { from: 800, to: 1600 }, cuts[0], cuts[1], cuts[2]].filter((cut) => cut !== undefined);
  const v6 = { from: '2001:db8::a', to: '2001:db8::b' };
  const inner = Buffer.concat([Buffer.from([17, 0, 1, 4, 0, 0, 0, 0]), body]);
  const interleaved = fragmentsOf(body, cuts, { id: 3 }).flatMap((piece, i) => [
    piece,
    ...fragmentsOf(other, cuts, { id: 4 }).slice(i, i + 1),
  ]);
  const packets = [
    ...fragmentsOf(body, cuts, { id: 1 }),
    ...fragmentsOf(body, cuts, { id: 2 }).reverse(),
    ...interleaved,
    ...fragmentsOf(body, repeated, { id: 5 }),
    ...fragmentsOf(body, cuts, { ...v6, id: 0x12345678 }),
    ...fragmentsOf(
      inner,
      [
        { from: 0, to: 8 },
        { from: 8, to: 1608 },
        { from: 1608, to: 3016 },
      ],
      { ...v6, id: 6, protocol: 60 },
    ).reverse(),
  ];
  return pcapFile(
    {},
    packets.map((data, i) => ({ data, fraction: i * 1000 })),
  );
}

function strangers(): Buffer {
  const packets = [
    ethernet(0x0800, ipv4(pattern(20), { protocol: 6 })),
    ethernet(0x0800, ipv4(Buffer.from('0800f7ff00000000', 'hex'), { protocol: 1 })),
    ethernet(0x0800, ipv4(pattern(30), { protocol: 47 })),
    ethernet(0x0806, Buffer.from('00010800060400010200000000010a0000010000000000000a000002', 'hex')),
    ethernet(0x88cc, pattern(30)),
    ethernet(0x0800, ipv4(udp())),
  ];
  return pcapFile(
    { linkType: 1 },
    packets.map((data) => ({ data })),
  );
}
