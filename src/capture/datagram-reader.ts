import { readU16 } from '../bytes/integers.ts';
import { ETHER_TYPES, type Unwrapped } from './encapsulation.ts';
import { EndpointCache } from './endpoint-cache.ts';
import { FragmentTable, MAX_REASSEMBLED, type ReassemblyCounts, type ReassemblyLimits } from './fragments.ts';
import { icmpQuote } from './icmp.ts';
import { ipv4Text, ipv6Text } from './ip-address.ts';
import { type IpFailure, type IpPayload, PROTOCOLS, parseIpv4, parseIpv6, skipExtensionHeaders } from './ip-layer.ts';
import { networkLayer } from './link-layer.ts';
import type { Datagram, IcmpError, Packet } from './packet.ts';
import { insideIp, insideUdp } from './tunnels.ts';

const UDP_HEADER = 8;
/** Tunnels in tunnels; more are a trap. */
const MAX_DEPTH = 8;

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
  'unknownTunnel', // encrypted, or in an encapsulation that is not understood
  'cutShort', // the snap length cut it before the payload, or cut a fragment
  'malformed', // lengths that contradict each other
] as const;

/** One of PACKET_KINDS. */
export type PacketKind = (typeof PACKET_KINDS)[number];

type NoDatagram = Exclude<PacketKind, 'datagram'>;

/** The header of IP around a payload: its ends stand in `bytes`. */
interface Carrier {
  readonly version: 4 | 6;
  readonly bytes: Uint8Array;
  readonly addresses: number;
}

/** What lies in an IP packet; the snap length may have cut the bytes off before `end`. */
interface Content {
  readonly carrier: Carrier;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fragments: number;
  /** Tunnels that may still follow. */
  readonly depth: number;
}

/**
 * Takes UDP datagrams out of packets, through tunnels and fragments. Checksums are not verified: where the sending host
 * computes them in its network adapter, a capture taken on it shows wrong ones on good packets.
 */
export class DatagramReader {
  readonly counts: Record<PacketKind, number>;
  readonly #fragments: FragmentTable;
  readonly #endpoints = new EndpointCache();
  readonly #onIcmp: (error: IcmpError) => void;

  constructor(limits: Partial<ReassemblyLimits> = {}, onIcmp: (error: IcmpError) => void = () => {}) {
    this.counts = Object.fromEntries(PACKET_KINDS.map((kind) => [kind, 0])) as Record<PacketKind, number>;
    this.#fragments = new FragmentTable(limits);
    this.#onIcmp = onIcmp;
  }

  /** Fragmented datagrams that were given up, by reason. */
  get reassembly(): Readonly<ReassemblyCounts> {
    return this.#fragments.counts;
  }

  /** Fragmented datagrams that still miss a piece. */
  get unfinished(): number {
    return this.#fragments.unfinished;
  }

  /** The datagram that `packet` carries or completes, else null. Never throws. */
  read(packet: Packet): Datagram | null {
    const { data, linkType } = packet;
    const result = this.#network(packet, networkLayer(linkType, data), data, MAX_DEPTH);
    if (typeof result === 'string') {
      this.counts[result] += 1;
      return null;
    }
    this.counts.datagram += 1;
    return result;
  }

  #network(packet: Packet, start: Unwrapped | 'unknownLink', bytes: Uint8Array, depth: number): Datagram | NoDatagram {
    if (start === 'tooShort') return shortKind(packet);
    if (typeof start === 'string') return start;
    if (depth === 0) return 'unknownTunnel';
    if (start.etherType === ETHER_TYPES.ARP) return 'arp';
    const isIpv4 = start.etherType === ETHER_TYPES.IPV4;
    if (!isIpv4 && start.etherType !== ETHER_TYPES.IPV6) return 'otherNetwork';
    const ip = isIpv4 ? parseIpv4(bytes, start.offset) : parseIpv6(bytes, start.offset);
    if (typeof ip === 'string') return failureKind(ip, packet);
    const carrier = { version: ip.version, bytes, addresses: ip.addresses };
    if (ip.fragment !== null) return this.#addFragment(packet, carrier, ip, depth);
    return this.#transport(packet, ip.protocol, { carrier, bytes, start: ip.start, end: ip.end, fragments: 1, depth });
  }

  #transport(packet: Packet, protocol: number, content: Content): Datagram | NoDatagram {
    if (protocol === PROTOCOLS.UDP) return this.#udp(packet, content);
    const { carrier, bytes, start, depth } = content;
    const inside = insideIp(protocol, bytes, start);
    if (inside !== null) return this.#network(packet, inside, bytes, depth - 1);
    const kind = kindOfProtocol(protocol);
    if (kind === 'icmp') this.#icmp(packet, carrier, bytes, start);
    return kind;
  }

  #addFragment(packet: Packet, carrier: Carrier, ip: IpPayload, depth: number): Datagram | NoDatagram {
    const { bytes: data, version, addresses } = carrier;
    const { fragment, protocol, start, end } = ip;
    if (fragment === null || !isPutTogether(version, protocol)) return kindOfProtocol(protocol);
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
    const content = { carrier, bytes, start: 0, end: bytes.length, fragments, depth };
    if (version === 4) return this.#transport(packet, protocol, content);
    const inner = skipExtensionHeaders(bytes, whole.protocol, 0, bytes.length);
    if (typeof inner === 'string' || inner.fragment !== null) return 'malformed';
    return this.#transport(packet, inner.protocol, { ...content, start: inner.start });
  }

  /** RFC 768 2. */
  #udp(packet: Packet, { carrier, bytes, start, end, fragments, depth }: Content): Datagram | NoDatagram {
    if (end - start < UDP_HEADER) return 'malformed';
    if (bytes.length - start < UDP_HEADER) return shortKind(packet);
    const length = readU16(bytes, start + 4, false);
    if (length < UDP_HEADER || length > end - start) return 'malformed';
    const [source, destination] = [readU16(bytes, start, false), readU16(bytes, start + 2, false)];
    const inside = insideUdp(source, destination, bytes, start + UDP_HEADER);
    if (inside !== null) return this.#network(packet, inside, bytes, depth - 1);
    return {
      number: packet.number,
      timestampMs: timestampMs(packet),
      ...this.#ends(carrier, source, destination),
      payload: bytes.subarray(start + UDP_HEADER, start + length),
      truncated: start + length > bytes.length,
      fragments,
    };
  }

  #icmp(packet: Packet, { version, bytes, addresses }: Carrier, data: Uint8Array, start: number): void {
    const quote = icmpQuote(version, data, start);
    if (quote === null || quote.ip.start + UDP_HEADER > data.length) return;
    const { start: udp } = quote.ip;
    const quoted = { version, bytes: data, addresses: quote.ip.addresses };
    this.#onIcmp({
      number: packet.number,
      timestampMs: timestampMs(packet),
      reason: quote.reason,
      by: version === 4 ? ipv4Text(bytes, addresses) : ipv6Text(bytes, addresses),
      about: {
        ...this.#ends(quoted, readU16(data, udp, false), readU16(data, udp + 2, false)),
        payload: data.subarray(udp + UDP_HEADER),
      },
    });
  }

  #ends({ version, bytes, addresses }: Carrier, source: number, destination: number): Pick<Datagram, 'from' | 'to'> {
    const endpoints = this.#endpoints;
    return version === 4
      ? { from: endpoints.ipv4(bytes, addresses, source), to: endpoints.ipv4(bytes, addresses + 4, destination) }
      : { from: endpoints.ipv6(bytes, addresses, source), to: endpoints.ipv6(bytes, addresses + 16, destination) };
  }
}

function timestampMs({ seconds, nanoseconds }: Packet): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** UDP and tunnels; in IPv6 an extension header may stand before UDP in what was fragmented. */
function isPutTogether(version: 4 | 6, protocol: number): boolean {
  if (protocol === PROTOCOLS.UDP || TUNNELS.has(protocol)) return true;
  return version === 6 && kindOfProtocol(protocol) === 'otherIp';
}

const TUNNELS: ReadonlySet<number> = new Set([PROTOCOLS.IPV4, PROTOCOLS.IPV6, PROTOCOLS.GRE, PROTOCOLS.ETHERIP]);

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
