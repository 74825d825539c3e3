import { EndpointCache } from './endpoint-cache.ts';
import { FragmentTable, MAX_REASSEMBLED, type ReassemblyCounts, type ReassemblyLimits } from './fragments.ts';
import { type IpFailure, type IpPayload, PROTOCOLS, parseIpv4, parseIpv6, skipExtensionHeaders } from './ip-layer.ts';
import { ETHER_TYPES, networkLayer } from './link-layer.ts';
import type { Datagram, Packet } from './packet.ts';

const UDP_HEADER = 8;

/** What became of the packets; every packet is counted in exactly one of these. */
export const PACKET_KINDS = [
  'datagram', // a UDP datagram, whole or by its last missing fragment
  'fragment', // a fragment that completed nothing
  'tcp',
  'icmp',
  'otherIp', // another protocol over IP
  'arp',
  'otherNetwork', // neither IP nor ARP
  'unknownLink', // a link type that is not understood
  'cutShort', // the snap length cut it before the payload, or cut a fragment
  'malformed', // lengths that contradict each other
] as const;

export type PacketKind = (typeof PACKET_KINDS)[number];

/**
 * Takes UDP datagrams out of packets. Checksums are not verified: where the sending host computes them in its network
 * adapter, a capture taken on it shows wrong ones on good packets.
 */
export class DatagramReader {
  readonly counts: Record<PacketKind, number>;
  readonly #fragments: FragmentTable;
  readonly #endpoints = new EndpointCache();

  constructor(limits: Partial<ReassemblyLimits> = {}) {
    this.counts = Object.fromEntries(PACKET_KINDS.map((kind) => [kind, 0])) as Record<PacketKind, number>;
    this.#fragments = new FragmentTable(limits);
  }

  /** Fragmented datagrams that were given up, by reason. */
  get reassembly(): Readonly<ReassemblyCounts> {
    return this.#fragments.counts;
  }

  /** Fragmented datagrams that still miss a piece. */
  get unfinished(): number {
    return this.#fragments.size;
  }

  /** The datagram that `packet` carries or completes, else null. Never throws. */
  read(packet: Packet): Datagram | null {
    const result = this.#decode(packet);
    if (typeof result === 'string') {
      this.counts[result] += 1;
      return null;
    }
    this.counts.datagram += 1;
    return result;
  }

  #decode(packet: Packet): Datagram | Exclude<PacketKind, 'datagram'> {
    const { data } = packet;
    const network = networkLayer(packet.linkType, data);
    if (network === 'unknownLink') return network;
    if (network === 'tooShort') return shortKind(packet);
    if (network.etherType === ETHER_TYPES.ARP) return 'arp';
    const isIpv4 = network.etherType === ETHER_TYPES.IPV4;
    if (!isIpv4 && network.etherType !== ETHER_TYPES.IPV6) return 'otherNetwork';
    const ip = isIpv4 ? parseIpv4(data, network.offset) : parseIpv6(data, network.offset);
    if (typeof ip === 'string') return failureKind(ip, packet);
    if (ip.fragment !== null) return this.#addFragment(packet, ip);
    if (ip.protocol !== PROTOCOLS.UDP) return kindOfProtocol(ip.protocol);
    return this.#udp(packet, ip, data, ip.start, ip.end, 1);
  }

  #addFragment(packet: Packet, ip: IpPayload): Datagram | Exclude<PacketKind, 'datagram'> {
    const { data } = packet;
    const { fragment, protocol, version, addresses, start, end } = ip;
    if (fragment === null || !mayCarryUdp(version, protocol)) return kindOfProtocol(protocol);
    if (end > data.length) return shortKind(packet);
    const length = end - start;
    if (fragment.offset + length > MAX_REASSEMBLED || (fragment.moreFragments && length % 8 !== 0)) return 'malformed';
    const addressKey = String.fromCharCode(...data.subarray(addresses, addresses + (version === 4 ? 8 : 32)));
    const key = `${addressKey}${version === 4 ? protocol : ''}/${fragment.identification}`;
    const { offset, moreFragments } = fragment;
    const piece = { key, offset, moreFragments, protocol, data: data.subarray(start, end) };
    const whole = this.#fragments.add(piece, timestampMs(packet));
    if (whole === null) return 'fragment';
    const { bytes, fragments } = whole;
    if (version === 4) return this.#udp(packet, ip, bytes, 0, bytes.length, fragments);
    const inner = skipExtensionHeaders(bytes, whole.protocol, 0, bytes.length);
    if (typeof inner === 'string' || inner.fragment !== null) return 'malformed';
    if (inner.protocol !== PROTOCOLS.UDP) return kindOfProtocol(inner.protocol);
    return this.#udp(packet, ip, bytes, inner.start, bytes.length, fragments);
  }

  /** RFC 768 in `bytes` from `start`; IP says that it ends at `end`, which the snap length may have cut off. */
  #udp(
    packet: Packet,
    { version, addresses }: IpPayload,
    bytes: Uint8Array,
    start: number,
    end: number,
    fragments: number,
  ): Datagram | 'malformed' | 'cutShort' {
    if (end - start < UDP_HEADER) return 'malformed';
    if (bytes.length - start < UDP_HEADER) return shortKind(packet);
    const length = u16(bytes, start + 4);
    if (length < UDP_HEADER || length > end - start) return 'malformed';
    const { data } = packet;
    const endpoints = this.#endpoints;
    const source = u16(bytes, start);
    const destination = u16(bytes, start + 2);
    return {
      number: packet.number,
      timestampMs: timestampMs(packet),
      from: version === 4 ? endpoints.ipv4(data, addresses, source) : endpoints.ipv6(data, addresses, source),
      to:
        version === 4
          ? endpoints.ipv4(data, addresses + 4, destination)
          : endpoints.ipv6(data, addresses + 16, destination),
      payload: bytes.subarray(start + UDP_HEADER, start + length),
      truncated: start + length > bytes.length,
      fragments,
    };
  }
}

function timestampMs({ seconds, nanoseconds }: Packet): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** In IPv6 an extension header may stand before UDP in what was fragmented. */
function mayCarryUdp(version: 4 | 6, protocol: number): boolean {
  return protocol === PROTOCOLS.UDP || (version === 6 && kindOfProtocol(protocol) === 'otherIp');
}

function kindOfProtocol(protocol: number): 'tcp' | 'icmp' | 'otherIp' {
  if (protocol === PROTOCOLS.TCP) return 'tcp';
  return protocol === PROTOCOLS.ICMP || protocol === PROTOCOLS.ICMPV6 ? 'icmp' : 'otherIp';
}

function failureKind(failure: IpFailure, packet: Packet): 'malformed' | 'cutShort' {
  return failure === 'tooShort' ? shortKind(packet) : failure;
}

/** A packet that ends too early was cut by the snap length, or was sent so. */
function shortKind({ data, originalLength }: Packet): 'malformed' | 'cutShort' {
  return data.length < originalLength ? 'cutShort' : 'malformed';
}

function u16(data: Uint8Array, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}
