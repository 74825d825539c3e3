import { type IpPayload, PROTOCOLS, parseIpv4, parseIpv6 } from './ip-layer.ts';

/** What a host or router says of a datagram that it did not deliver. */
export const ICMP_REASONS = [
  'port-unreachable',
  'host-unreachable', // also: network, or protocol
  'prohibited', // by a filter
  'fragmentation-needed', // larger than the path, and not to be cut
  'time-exceeded', // on its way in a circle, or never put together
] as const;

export type IcmpReason = (typeof ICMP_REASONS)[number];

const UNREACHABLE_V4 = 3;
const TIME_EXCEEDED_V4 = 11;
/** Codes of RFC 792 and RFC 1812 5.2.7.1. */
const CODES_V4: Readonly<Record<number, IcmpReason>> = {
  3: 'port-unreachable',
  4: 'fragmentation-needed',
  9: 'prohibited',
  10: 'prohibited',
  13: 'prohibited',
};

const UNREACHABLE_V6 = 1;
const PACKET_TOO_BIG = 2;
const TIME_EXCEEDED_V6 = 3;
/** Codes of RFC 4443 3.1. */
const CODES_V6: Readonly<Record<number, IcmpReason>> = {
  1: 'prohibited',
  4: 'port-unreachable',
  5: 'prohibited',
  6: 'prohibited',
};

const ICMP_HEADER = 8;

export interface IcmpQuote {
  readonly reason: IcmpReason;
  /** The packet that it is about, as far as it is quoted. */
  readonly ip: IpPayload;
}

/** The quotation in an ICMP error at `at`; null for any other message, and for a quotation of what is not UDP. */
export function icmpQuote(version: 4 | 6, data: Uint8Array, at: number): IcmpQuote | null {
  const [type, code] = [data[at], data[at + 1]];
  if (type === undefined || code === undefined) return null;
  const reason = version === 4 ? reasonV4(type, code) : reasonV6(type, code);
  if (reason === null) return null;
  const ip = version === 4 ? parseIpv4(data, at + ICMP_HEADER) : parseIpv6(data, at + ICMP_HEADER);
  if (typeof ip === 'string' || ip.protocol !== PROTOCOLS.UDP) return null;
  return ip.fragment !== null && ip.fragment.offset > 0 ? null : { reason, ip };
}

function reasonV4(type: number, code: number): IcmpReason | null {
  if (type === TIME_EXCEEDED_V4) return 'time-exceeded';
  return type === UNREACHABLE_V4 ? (CODES_V4[code] ?? 'host-unreachable') : null;
}

function reasonV6(type: number, code: number): IcmpReason | null {
  if (type === PACKET_TOO_BIG) return 'fragmentation-needed';
  if (type === TIME_EXCEEDED_V6) return 'time-exceeded';
  return type === UNREACHABLE_V6 ? (CODES_V6[code] ?? 'host-unreachable') : null;
}
