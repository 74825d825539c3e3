import { LINK_TYPES } from './packet.ts';

/** EtherTypes (IEEE 802). */
export const ETHER_TYPES = { IPV4: 0x0800, ARP: 0x0806, IPV6: 0x86dd } as const;

/** 802.1Q, 802.1ad, and what QinQ used before it. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const VLAN_TAG = 4;

/** AF_INET, and AF_INET6 on NetBSD and Windows-like, FreeBSD, macOS and Linux: the capturing system's own numbers. */
const FAMILIES: Readonly<Record<number, number>> = {
  2: ETHER_TYPES.IPV4,
  10: ETHER_TYPES.IPV6,
  23: ETHER_TYPES.IPV6,
  24: ETHER_TYPES.IPV6,
  28: ETHER_TYPES.IPV6,
  30: ETHER_TYPES.IPV6,
};

export interface NetworkStart {
  readonly etherType: number;
  readonly offset: number;
}

/**
 * Which network protocol begins where in a packet; VLAN tags are passed over. `'unknownLink'`: a link type that is not
 * understood; `'tooShort'`: the packet ends inside its link header; etherType 0: a protocol without an EtherType.
 */
export function networkLayer(linkType: number, data: Uint8Array): NetworkStart | 'unknownLink' | 'tooShort' {
  switch (linkType) {
    case LINK_TYPES.ETHERNET:
      return pastVlanTags(data, 12);
    case LINK_TYPES.LINUX_SLL:
      return pastVlanTags(data, 14);
    case LINK_TYPES.LINUX_SLL2:
      return linuxCooked2(data);
    case LINK_TYPES.RAW:
    case LINK_TYPES.RAW_BSD:
    case LINK_TYPES.RAW_OPENBSD:
    case LINK_TYPES.IPV4:
    case LINK_TYPES.IPV6:
      return rawIp(data);
    case LINK_TYPES.NULL:
    case LINK_TYPES.LOOP:
      return bsdLoopback(data);
    default:
      return 'unknownLink';
  }
}

function pastVlanTags(data: Uint8Array, typeOffset: number): NetworkStart | 'tooShort' {
  let at = typeOffset;
  while (at + 2 <= data.length) {
    const etherType = u16(data, at);
    if (!VLAN_TAGS.has(etherType)) return { etherType, offset: at + 2 };
    at += VLAN_TAG;
  }
  return 'tooShort';
}

/** The protocol comes first, twenty bytes before the network header or its VLAN tags (LINKTYPE_LINUX_SLL2). */
function linuxCooked2(data: Uint8Array): NetworkStart | 'tooShort' {
  if (data.length < 20) return 'tooShort';
  const etherType = u16(data, 0);
  if (!VLAN_TAGS.has(etherType)) return { etherType, offset: 20 };
  return pastVlanTags(data, 20 + VLAN_TAG - 2);
}

function rawIp(data: Uint8Array): NetworkStart | 'tooShort' {
  if (data.length === 0) return 'tooShort';
  const version = (data[0] as number) >>> 4;
  return { etherType: version === 4 ? ETHER_TYPES.IPV4 : version === 6 ? ETHER_TYPES.IPV6 : 0, offset: 0 };
}

/** Four bytes of address family: in network order for 108, in that of the capturing host for 0. Families are small. */
function bsdLoopback(data: Uint8Array): NetworkStart | 'tooShort' {
  if (data.length < 4) return 'tooShort';
  const family = u16(data, 0) === 0 ? u16(data, 2) : (data[0] as number) | ((data[1] as number) << 8);
  return { etherType: FAMILIES[family] ?? 0, offset: 4 };
}

function u16(data: Uint8Array, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}
