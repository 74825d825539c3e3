import { readU16, readU32 } from '../bytes/integers.ts';
import {
  ETHER_TYPES,
  ethernet,
  innermost,
  llc,
  type NetworkStart,
  pastTags,
  ppp,
  pppoe,
  rawIp,
  type Unwrapped,
} from './encapsulation.ts';
import { ieee80211, ieee80211Avs, ieee80211Prism, ieee80211Radiotap } from './ieee80211.ts';
import { LINK_TYPES } from './packet.ts';

/** AF_INET, and AF_INET6 on NetBSD and Windows-like, FreeBSD, macOS and Linux: the capturing system's own numbers. */
const FAMILIES: Readonly<Record<number, number>> = {
  2: ETHER_TYPES.IPV4,
  10: ETHER_TYPES.IPV6,
  23: ETHER_TYPES.IPV6,
  24: ETHER_TYPES.IPV6,
  28: ETHER_TYPES.IPV6,
  30: ETHER_TYPES.IPV6,
};

const NEITHER: NetworkStart = { etherType: 0, offset: 0 };

const READERS: ReadonlyMap<number, (data: Uint8Array) => Unwrapped | 'unknownLink'> = new Map([
  [LINK_TYPES.ETHERNET, (data) => ethernet(data, 0)],
  [LINK_TYPES.IEEE802_5, tokenRing],
  [LINK_TYPES.PPP, (data) => ppp(data, 0)],
  [LINK_TYPES.FDDI, fddi],
  [LINK_TYPES.PPP_HDLC, pppHdlc],
  [LINK_TYPES.PPP_ETHER, (data) => pppoe(data, 0)],
  [LINK_TYPES.ATM_RFC1483, (data) => llc(data, 0)],
  [LINK_TYPES.C_HDLC, (data) => pastTags(data, 2)],
  [LINK_TYPES.IEEE802_11, (data) => ieee80211(data, 0)],
  [LINK_TYPES.FRELAY, frameRelay],
  [LINK_TYPES.LINUX_SLL, (data) => pastTags(data, 14)],
  [LINK_TYPES.IEEE802_11_PRISM, ieee80211Prism],
  [LINK_TYPES.IP_OVER_FC, (data) => llc(data, 16)],
  [LINK_TYPES.IEEE802_11_RADIOTAP, ieee80211Radiotap],
  [LINK_TYPES.IEEE802_11_AVS, ieee80211Avs],
  [LINK_TYPES.PPI, perPacketInformation],
  [LINK_TYPES.PPP_WITH_DIR, (data) => ppp(data, 1)],
  [LINK_TYPES.NFLOG, nflog],
  [LINK_TYPES.LINUX_SLL2, linuxCooked2],
  [LINK_TYPES.RAW, (data) => rawIp(data, 0)],
  [LINK_TYPES.RAW_BSD, (data) => rawIp(data, 0)],
  [LINK_TYPES.RAW_OPENBSD, (data) => rawIp(data, 0)],
  [LINK_TYPES.IPV4, (data) => rawIp(data, 0)],
  [LINK_TYPES.IPV6, (data) => rawIp(data, 0)],
  [LINK_TYPES.NULL, bsdLoopback],
  [LINK_TYPES.LOOP, bsdLoopback],
]);

/**
 * Which network protocol begins where in a packet; tags, PPPoE, MPLS and frames in frames are passed over.
 * `'unknownLink'`: a link type that is not understood; `'unknownTunnel'`: what the link carries cannot be read.
 */
export function networkLayer(linkType: number, data: Uint8Array): Unwrapped | 'unknownLink' {
  return READERS.get(linkType)?.(data) ?? 'unknownLink';
}

/** Access and frame control, two addresses, and the route that the first bit of the source address announces. */
function tokenRing(data: Uint8Array): Unwrapped {
  if (data.length < 15) return 'tooShort';
  if (((data[1] as number) & 0xc0) !== 0x40) return NEITHER;
  const routeLength = ((data[8] as number) & 0x80) === 0 ? 0 : (data[14] as number) & 0x1f;
  return llc(data, 14 + routeLength);
}

/** Frame control, of which the middle bits tell LLC frames from others, and two addresses. */
function fddi(data: Uint8Array): Unwrapped {
  if (data.length < 13) return 'tooShort';
  return ((data[0] as number) & 0x30) === 0x10 ? llc(data, 13) : NEITHER;
}

/** Frames of Cisco begin with 0f or 8f and have an EtherType; those of RFC 1662 begin with ff. */
function pppHdlc(data: Uint8Array): Unwrapped {
  const isCisco = data[0] === 0x0f || data[0] === 0x8f;
  return isCisco ? pastTags(data, 2) : ppp(data, 0);
}

const NLPID = { SNAP: 0x80, IPV4: 0xcc, IPV6: 0x8e, PPP: 0xcf } as const;

/** RFC 2427 3 behind two bytes of address; where Cisco's encapsulation is used an EtherType stands in its place. */
function frameRelay(data: Uint8Array): Unwrapped {
  if (data.length < 4) return 'tooShort';
  if (data[2] !== 0x03) return pastTags(data, 2);
  // A byte of padding may make the length even.
  const at = data[3] === 0 ? 4 : 3;
  switch (data[at]) {
    case NLPID.IPV4:
      return { etherType: ETHER_TYPES.IPV4, offset: at + 1 };
    case NLPID.IPV6:
      return { etherType: ETHER_TYPES.IPV6, offset: at + 1 };
    case NLPID.PPP:
      return ppp(data, at + 1);
    case NLPID.SNAP:
      if (data.length < at + 6) return 'tooShort';
      return innermost(data, readU16(data, at + 4, false), at + 6);
    default:
      return NEITHER;
  }
}

/** A header of its own before a frame of any other link type. */
function perPacketInformation(data: Uint8Array): Unwrapped | 'unknownLink' {
  if (data.length < 8) return 'tooShort';
  const linkType = readU32(data, 4, true);
  const length = readU16(data, 2, true);
  if (linkType === LINK_TYPES.PPI || length > data.length) return 'tooShort';
  const start = networkLayer(linkType, data.subarray(length));
  return typeof start === 'string' ? start : { ...start, offset: start.offset + length };
}

const NFULA_PAYLOAD = 9;

/** Family, version and resource id, then attributes in the byte order of the capturing host; one of them is the packet. */
function nflog(data: Uint8Array): Unwrapped {
  if (data.length < 8) return 'tooShort';
  // The length of the first attribute is a small number.
  const littleEndian = data[5] === 0;
  for (let at = 4; at + 4 <= data.length; ) {
    const length = readU16(data, at, littleEndian);
    if (readU16(data, at + 2, littleEndian) === NFULA_PAYLOAD) {
      return { etherType: FAMILIES[data[0] as number] ?? 0, offset: at + 4 };
    }
    if (length < 4) return 'tooShort';
    at += (length + 3) & ~3;
  }
  return NEITHER;
}

/** The protocol comes first, twenty bytes before the network header or its VLAN tags (LINKTYPE_LINUX_SLL2). */
function linuxCooked2(data: Uint8Array): Unwrapped {
  if (data.length < 20) return 'tooShort';
  return innermost(data, readU16(data, 0, false), 20);
}

/** Four bytes of address family: in network order for 108, in that of the capturing host for 0. Families are small. */
function bsdLoopback(data: Uint8Array): Unwrapped {
  if (data.length < 4) return 'tooShort';
  const family = readU16(data, 0, false) === 0 ? readU16(data, 2, false) : readU16(data, 0, true);
  return { etherType: FAMILIES[family] ?? 0, offset: 4 };
}
