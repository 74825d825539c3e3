import { readU16 } from '../bytes/integers.ts';

/** EtherTypes (IEEE 802), and those of Ethernet in a tunnel and of PPP in GRE. */
export const ETHER_TYPES = {
  IPV4: 0x0800,
  ARP: 0x0806,
  IPV6: 0x86dd,
  BRIDGED: 0x6558,
  PPP: 0x880b,
} as const;

/** 802.1Q, 802.1ad, what QinQ used before it, 802.1BR and VN-Tag, with the bytes that each puts before the next type. */
const TAGS: ReadonlyMap<number, number> = new Map([
  [0x8100, 2],
  [0x88a8, 2],
  [0x9100, 2],
  [0x9200, 2],
  [0x893f, 6],
  [0x8926, 4],
]);

const PPPOE_SESSION = 0x8864;
const PPPOE_HEADER = 6;
const MPLS: ReadonlySet<number> = new Set([0x8847, 0x8848]);
/** MACsec, NSH and provider backbone bridges carry other frames, encrypted or behind headers that are not read here. */
const OPAQUE: ReadonlySet<number> = new Set([0x88e5, 0x894f, 0x88e7]);
/** What is lower in the place of an EtherType is the length of an 802.3 frame. */
const FIRST_ETHER_TYPE = 0x0600;

/** PPP protocol numbers (IANA) that carry IP, and those that carry it compressed, encrypted or in pieces. */
const PPP_TYPES: ReadonlyMap<number, number> = new Map([
  [0x0021, ETHER_TYPES.IPV4],
  [0x0057, ETHER_TYPES.IPV6],
  [0x0281, 0x8847],
  [0x0283, 0x8848],
]);
const PPP_OPAQUE: ReadonlySet<number> = new Set([0x0031, 0x003d, 0x0053, 0x00fb, 0x00fd]);

const LLC_IP = 0x06;
const LLC_SNAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** Organizations whose SNAP protocols are EtherTypes: none, and 802.1H. */
const ETHER_TYPE_OUIS: ReadonlySet<number> = new Set([0x000000, 0x0000f8]);
/** RFC 2684 5.2: Ethernet with and without its check sequence, which two bytes of padding precede in ATM. */
const BRIDGED_OUI = 0x0080c2;
const BRIDGED_ETHERNET: ReadonlySet<number> = new Set([0x0001, 0x0007]);

/** Where a network protocol begins; etherType 0: one that has none, and carries no IP. */
export interface NetworkStart {
  readonly etherType: number;
  readonly offset: number;
}

/** `'unknownTunnel'`: packets lie in it that cannot be read here; `'tooShort'`: the data ends inside a header. */
export type Unwrapped = NetworkStart | 'unknownTunnel' | 'tooShort';

const NO_ETHER_TYPE = 0;

/** An Ethernet header at `at`. */
export function ethernet(data: Uint8Array, at: number): Unwrapped {
  return pastTags(data, at + 12);
}

/** An EtherType at `at`, or the length that stands there in 802.3, and all that lies before the network protocol. */
export function pastTags(data: Uint8Array, at: number): Unwrapped {
  let typeAt = at;
  while (typeAt + 2 <= data.length) {
    const etherType = readU16(data, typeAt, false);
    const tag = TAGS.get(etherType);
    if (tag === undefined) return innermost(data, etherType, typeAt + 2);
    typeAt += 2 + tag;
  }
  return 'tooShort';
}

/** What an EtherType announces at `at`, past PPPoE, MPLS and frames in frames. */
export function innermost(data: Uint8Array, etherType: number, at: number): Unwrapped {
  if (etherType === ETHER_TYPES.IPV4 || etherType === ETHER_TYPES.IPV6) return { etherType, offset: at };
  if (etherType < FIRST_ETHER_TYPE) return llc(data, at);
  if (MPLS.has(etherType)) return mpls(data, at);
  if (etherType === PPPOE_SESSION) return pppoe(data, at);
  if (etherType === ETHER_TYPES.BRIDGED) return ethernet(data, at);
  if (etherType === ETHER_TYPES.PPP) return ppp(data, at);
  const tag = TAGS.get(etherType);
  if (tag !== undefined) return pastTags(data, at + tag);
  return OPAQUE.has(etherType) ? 'unknownTunnel' : { etherType, offset: at };
}

/** IEEE 802.2 with SNAP (RFC 1042), or IP by its own service access point (RFC 948). */
export function llc(data: Uint8Array, at: number): Unwrapped {
  if (at + 3 > data.length) return 'tooShort';
  const [destination, control] = [data[at], data[at + 2]];
  if (control !== UNNUMBERED_INFORMATION) return { etherType: NO_ETHER_TYPE, offset: at };
  if (destination === LLC_IP) return { etherType: ETHER_TYPES.IPV4, offset: at + 3 };
  if (destination !== LLC_SNAP) return { etherType: NO_ETHER_TYPE, offset: at };
  if (at + 8 > data.length) return 'tooShort';
  const organization = ((data[at + 3] as number) << 16) | readU16(data, at + 4, false);
  const protocol = readU16(data, at + 6, false);
  if (ETHER_TYPE_OUIS.has(organization)) return innermost(data, protocol, at + 8);
  if (organization === BRIDGED_OUI && BRIDGED_ETHERNET.has(protocol)) return ethernet(data, at + 10);
  return { etherType: NO_ETHER_TYPE, offset: at };
}

/** A session packet (RFC 2516 4). */
export function pppoe(data: Uint8Array, at: number): Unwrapped {
  return ppp(data, at + PPPOE_HEADER);
}

/** RFC 1661 2 and RFC 1662 3.1; address and control may be left out, and the high byte of the protocol too. */
export function ppp(data: Uint8Array, at: number): Unwrapped {
  const start = data[at] === 0xff && data[at + 1] === 0x03 ? at + 2 : at;
  const first = data[start];
  if (first === undefined) return 'tooShort';
  const isCompressed = (first & 1) === 1;
  if (!isCompressed && start + 2 > data.length) return 'tooShort';
  const protocol = isCompressed ? first : readU16(data, start, false);
  if (PPP_OPAQUE.has(protocol)) return 'unknownTunnel';
  const offset = start + (isCompressed ? 1 : 2);
  const etherType = PPP_TYPES.get(protocol);
  return etherType === undefined ? { etherType: NO_ETHER_TYPE, offset } : innermost(data, etherType, offset);
}

/** RFC 3032 2.1: labels until the bottom of the stack. What follows has no type, so its first half byte tells (RFC 4928). */
function mpls(data: Uint8Array, at: number): Unwrapped {
  let next = at;
  for (let isBottom = false; !isBottom; next += 4) {
    if (next + 4 > data.length) return 'tooShort';
    isBottom = ((data[next + 2] as number) & 1) === 1;
  }
  const start = rawIp(data, next);
  if (start === 'tooShort' || start.etherType !== NO_ETHER_TYPE) return start;
  // The control word of a pseudowire (RFC 4385 3), mostly of Ethernet.
  return (data[next] as number) >>> 4 === 0 ? ethernet(data, next + 4) : 'unknownTunnel';
}

/** IP of the version that its first half byte names. */
export function rawIp(data: Uint8Array, at: number): NetworkStart | 'tooShort' {
  const first = data[at];
  if (first === undefined) return 'tooShort';
  const version = first >>> 4;
  return { etherType: version === 4 ? ETHER_TYPES.IPV4 : version === 6 ? ETHER_TYPES.IPV6 : 0, offset: at };
}
