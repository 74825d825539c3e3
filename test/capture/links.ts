import { ethernet, ipv4, ipv6, u16, u32, udp } from './builder.ts';

/** A packet of the network layer in a frame of some link, or in some tunnel over raw IP. */
export interface Link {
  readonly name: string;
  readonly linkType: number;
  wrap(ip: Buffer): Buffer;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const SNAP = hex('aaaa03 000000 0800');
const MACS = hex('020000000002 020000000001');
const WLAN = join(hex('0802 0000'), MACS, hex('020000000003 1000'));
const QOS_WLAN = join(hex('8802 0000'), MACS, hex('020000000003 1000 0000'));

const LINKS: readonly (readonly [string, number, (ip: Buffer) => Buffer])[] = [
  ['PPP', 9, (ip) => join(hex('ff03 0021'), ip)],
  ['PPP without address and control, protocol of one byte', 9, (ip) => join(hex('21'), ip)],
  ['PPP in HDLC framing', 50, (ip) => join(hex('ff03 0021'), ip)],
  ['Cisco HDLC in the framing of PPP', 50, (ip) => join(hex('0f00 0800'), ip)],
  ['PPP with direction', 204, (ip) => join(hex('01 ff03 0021'), ip)],
  ['PPPoE without Ethernet', 51, (ip) => join(hex('1100 0001'), u16(true, ip.length + 2), hex('0021'), ip)],
  ['token ring', 6, (ip) => join(hex('1040'), MACS, SNAP, ip)],
  ['token ring with a route', 6, (ip) => join(hex('1040 020000000002 820000000001 0630 0011 0020'), SNAP, ip)],
  ['FDDI', 10, (ip) => join(hex('50'), MACS, SNAP, ip)],
  ['802.3 with SNAP', 1, (ip) => join(MACS, u16(true, ip.length + 8), SNAP, ip)],
  ['802.3 with the access point of IP', 1, (ip) => join(MACS, u16(true, ip.length + 3), hex('060603'), ip)],
  ['ATM', 100, (ip) => join(SNAP, ip)],
  ['Cisco HDLC', 104, (ip) => join(hex('0f00 0800'), ip)],
  ['frame relay', 107, (ip) => join(hex('1841 03 cc'), ip)],
  ['802.11', 105, (ip) => join(WLAN, SNAP, ip)],
  ['802.11 with QoS', 105, (ip) => join(QOS_WLAN, SNAP, ip)],
  [
    '802.11 between stations',
    105,
    (ip) => join(hex('0803 0000'), MACS, hex('020000000003 1000 020000000004'), SNAP, ip),
  ],
  ['radiotap', 127, (ip) => join(hex('0000 0900 02000000 00'), WLAN, SNAP, ip)],
  [
    'radiotap with time and padding',
    127,
    (ip) => join(hex('0000 1100 03000000'), Buffer.alloc(8), hex('20'), QOS_WLAN, hex('0000'), SNAP, ip),
  ],
  ['AVS', 163, (ip) => join(hex('80211001 00000040'), Buffer.alloc(56), WLAN, SNAP, ip)],
  ['Prism', 119, (ip) => join(hex('44000000 90000000'), Buffer.alloc(136), WLAN, SNAP, ip)],
  ['PPI with 802.11', 192, (ip) => join(hex('0000 0800 69000000'), WLAN, SNAP, ip)],
  ['IP over fibre channel', 122, (ip) => join(Buffer.alloc(16), SNAP, ip)],
  [
    'NFLOG',
    239,
    (ip) => join(hex('02 00 0000 0800 0100 0800 0100 0500 0a00 00000000'), u16(false, ip.length + 4, 9), ip),
  ],
  ['PPPoE', 1, (ip) => ethernet(0x8864, join(hex('1100 0001'), u16(true, ip.length + 2), hex('0021'), ip))],
  ['MPLS, two labels', 1, (ip) => ethernet(0x8847, join(hex('00064040 00065140'), ip))],
  ['Ethernet in MPLS', 1, (ip) => ethernet(0x8847, join(hex('00064140 00000000'), ethernet(0x0800, ip)))],
  ['a VLAN tag before SNAP', 1, (ip) => join(MACS, hex('8100 0064'), u16(true, ip.length + 8), SNAP, ip)],
];

const TUNNELS: readonly (readonly [string, (ip: Buffer) => Buffer])[] = [
  ['IP in IP', (ip) => ipv4(ip, { protocol: 4 })],
  ['IPv4 in IPv6', (ip) => ipv6(ip, { nextHeader: 4 })],
  ['GRE', (ip) => ipv4(join(hex('0000 0800'), ip), { protocol: 47 })],
  ['GRE with checksum, key and sequence', (ip) => ipv4(join(hex('b000 0800'), Buffer.alloc(12), ip), { protocol: 47 })],
  ['Ethernet in GRE', (ip) => ipv4(join(hex('0000 6558'), ethernet(0x0800, ip)), { protocol: 47 })],
  [
    'PPTP',
    (ip) =>
      ipv4(join(hex('3081 880b'), u16(true, ip.length + 4, 1), u32(true, 1, 1), hex('ff03 0021'), ip), {
        protocol: 47,
      }),
  ],
  [
    'ERSPAN type II',
    (ip) => ipv4(join(hex('1000 88be 00000001 10640001 00000000'), ethernet(0x0800, ip)), { protocol: 47 }),
  ],
  ['VXLAN', (ip) => ipv4(udp({ toPort: 4789, payload: join(hex('08000000 00000100'), ethernet(0x0800, ip)) }))],
  ['Geneve', (ip) => ipv4(udp({ toPort: 6081, payload: join(hex('0000 6558 00000100'), ethernet(0x0800, ip)) }))],
  [
    'L2TP',
    (ip) =>
      ipv4(
        udp({
          fromPort: 1701,
          toPort: 1701,
          payload: join(hex('4002'), u16(true, ip.length + 12), hex('0001 0001 ff03 0021'), ip),
        }),
      ),
  ],
  ['EtherIP', (ip) => ipv4(join(hex('3000'), ethernet(0x0800, ip)), { protocol: 97 })],
  [
    'GRE in GRE in VXLAN',
    (ip) =>
      ipv4(
        udp({
          toPort: 4789,
          payload: join(
            hex('08000000 00000100'),
            ethernet(
              0x0800,
              ipv4(join(hex('0000 0800'), ipv4(join(hex('0000 0800'), ip), { protocol: 47 })), { protocol: 47 }),
            ),
          ),
        }),
      ),
  ],
];

const RAW = 101;

export const ALL_LINKS: readonly Link[] = [
  ...LINKS.map(([name, linkType, wrap]) => ({ name, linkType, wrap })),
  ...TUNNELS.map(([name, wrap]) => ({ name, linkType: RAW, wrap })),
];

/** What carries packets that nobody without a key, or without this header's documents, can look into. */
export const OPAQUE_LINKS: readonly Link[] = (
  [
    ['ESP', RAW, (ip) => ipv4(ip, { protocol: 50 })],
    ['802.11 that is encrypted', 105, (ip) => join(hex('0842 0000'), MACS, hex('020000000003 1000'), ip)],
    ['802.11 with several frames in one', 105, (ip) => join(hex('8802 0000'), MACS, hex('020000000003 1000 8000'), ip)],
    ['PPP that is compressed', 9, (ip) => join(hex('ff03 00fd'), ip)],
    ['MACsec', 1, (ip) => ethernet(0x88e5, ip)],
    ['GRE of an unknown protocol', RAW, (ip) => ipv4(join(hex('0000 9999'), ip), { protocol: 47 })],
    ['GRE with a route', RAW, (ip) => ipv4(join(hex('4000 0800 00000000'), ip), { protocol: 47 })],
    [
      'tunnels without end',
      RAW,
      (ip) => Array.from({ length: 12 }).reduce<Buffer>((inner) => ipv4(inner, { protocol: 4 }), ip),
    ],
  ] satisfies readonly (readonly [string, number, (ip: Buffer) => Buffer])[]
).map(([name, linkType, wrap]) => ({ name, linkType, wrap }));
