import { readU16 } from '../bytes/integers.ts';

/** Protocol numbers (IANA), then those of tunnels, then the extension headers of IPv6 (RFC 8200 4). */
export const PROTOCOLS = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  ICMPV6: 58,

  IPV4: 4,
  IPV6: 41,
  GRE: 47,
  ESP: 50,
  ETHERIP: 97,
  IPCOMP: 108,
  L2TP: 115,

  HOP_BY_HOP: 0,
  ROUTING: 43,
  FRAGMENT: 44,
  AUTHENTICATION: 51,
  DESTINATION: 60,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
} as const;

const SKIPPED_HEADERS: ReadonlySet<number> = new Set([
  PROTOCOLS.HOP_BY_HOP,
  PROTOCOLS.ROUTING,
  PROTOCOLS.AUTHENTICATION,
  PROTOCOLS.DESTINATION,
  PROTOCOLS.MOBILITY,
  PROTOCOLS.HIP,
  PROTOCOLS.SHIM6,
]);

/** The payload of an IP packet, or of one fragment of it. */
export interface IpPayload {
  readonly version: 4 | 6;
  /** Where the source address stands in the packet; the destination follows it. */
  readonly addresses: number;
  readonly protocol: number;
  readonly start: number;
  /** What the header says the payload ends at; beyond the end of the data when the snap length cut it. */
  readonly end: number;
  readonly fragment: FragmentField | null;
}

export interface FragmentField {
  readonly identification: number;
  /** Bytes. */
  readonly offset: number;
  readonly moreFragments: boolean;
}

/** `'tooShort'`: the packet ends inside its headers. */
export type IpFailure = 'malformed' | 'tooShort';

/** RFC 791 3.1. A total length of 0, as captures of segmentation offload have it, means all that is there. */
export function parseIpv4(data: Uint8Array, at: number): IpPayload | IpFailure {
  if (data.length - at < 20) return 'tooShort';
  const first = data[at] as number;
  const headerLength = (first & 0x0f) * 4;
  if (first >>> 4 !== 4 || headerLength < 20) return 'malformed';
  const totalLength = readU16(data, at + 2, false) || data.length - at;
  if (totalLength < headerLength) return 'malformed';
  const start = at + headerLength;
  if (start > data.length) return 'tooShort';
  const flags = readU16(data, at + 6, false);
  const whole = (flags & 0x3fff) === 0;
  return {
    version: 4,
    addresses: at + 12,
    protocol: data[at + 9] as number,
    start,
    end: at + totalLength,
    fragment: whole
      ? null
      : {
          identification: readU16(data, at + 4, false),
          offset: (flags & 0x1fff) * 8,
          moreFragments: (flags & 0x2000) !== 0,
        },
  };
}

/** RFC 8200 3 and 4. A payload length of 0 (a jumbogram, or offload) means all that is there. */
export function parseIpv6(data: Uint8Array, at: number): IpPayload | IpFailure {
  if (data.length - at < 40) return 'tooShort';
  if ((data[at] as number) >>> 4 !== 6) return 'malformed';
  const payloadLength = readU16(data, at + 4, false) || data.length - at - 40;
  const payload = skipExtensionHeaders(data, data[at + 6] as number, at + 40, at + 40 + payloadLength);
  return typeof payload === 'string' ? payload : { version: 6, addresses: at + 8, ...payload };
}

/**
 * Walks to the first header that is none of the passed-over ones; stops behind a fragment header that really cuts.
 * `end` is where the payload should end, which may be beyond `data`.
 */
export function skipExtensionHeaders(
  data: Uint8Array,
  first: number,
  begin: number,
  end: number,
): Pick<IpPayload, 'protocol' | 'start' | 'end' | 'fragment'> | IpFailure {
  let protocol = first;
  let start = begin;
  while (SKIPPED_HEADERS.has(protocol) || protocol === PROTOCOLS.FRAGMENT) {
    if (start + 8 > end) return 'malformed';
    if (start + 8 > data.length) return 'tooShort';
    const header = protocol;
    protocol = data[start] as number;
    if (header === PROTOCOLS.FRAGMENT) {
      const fragment = fragmentField(data, start);
      start += 8;
      if (fragment.offset > 0 || fragment.moreFragments) return { protocol, start, end, fragment };
    } else {
      const length = data[start + 1] as number;
      start += header === PROTOCOLS.AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
    }
  }
  if (start > end) return 'malformed';
  return start > data.length ? 'tooShort' : { protocol, start, end, fragment: null };
}

function fragmentField(data: Uint8Array, at: number): FragmentField {
  const offset = readU16(data, at + 2, false);
  const identification = readU16(data, at + 4, false) * 0x10000 + readU16(data, at + 6, false);
  return { identification, offset: offset & 0xfff8, moreFragments: (offset & 1) === 1 };
}
