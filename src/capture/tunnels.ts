import { readU16, readU32 } from '../bytes/integers.ts';
import { ETHER_TYPES, ethernet, innermost, ppp, type Unwrapped } from './encapsulation.ts';
import { PROTOCOLS } from './ip-layer.ts';

/** Encrypted, compressed, or sessions whose headers only their ends can tell the length of. */
const OPAQUE: ReadonlySet<number> = new Set([PROTOCOLS.ESP, PROTOCOLS.IPCOMP, PROTOCOLS.L2TP]);

/** What an IP protocol carries from `at` on, where it is a tunnel; null where it is none. */
export function insideIp(protocol: number, data: Uint8Array, at: number): Unwrapped | null {
  switch (protocol) {
    case PROTOCOLS.IPV4:
      return { etherType: ETHER_TYPES.IPV4, offset: at };
    case PROTOCOLS.IPV6:
      return { etherType: ETHER_TYPES.IPV6, offset: at };
    case PROTOCOLS.GRE:
      return gre(data, at);
    case PROTOCOLS.ETHERIP:
      return ethernet(data, at + 2);
    default:
      return OPAQUE.has(protocol) ? 'unknownTunnel' : null;
  }
}

const GRE = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000, ACKNOWLEDGE: 0x0080 } as const;
const ERSPAN = { TYPE_2: 0x88be, TYPE_3: 0x22eb } as const;

/** RFC 2784 2 and RFC 2890, version 1 of PPTP (RFC 2637 4.1), and what switches copy packets into (ERSPAN). */
function gre(data: Uint8Array, at: number): Unwrapped {
  if (at + 4 > data.length) return 'tooShort';
  const flags = readU16(data, at, false);
  const etherType = readU16(data, at + 2, false);
  const version = flags & 7;
  if (version > 1 || (flags & GRE.ROUTING) !== 0) return 'unknownTunnel';
  const words = [
    flags & GRE.CHECKSUM,
    flags & GRE.KEY,
    flags & GRE.SEQUENCE,
    version & (flags & GRE.ACKNOWLEDGE ? 1 : 0),
  ];
  const payload = at + 4 + 4 * words.filter((bit) => bit !== 0).length;
  if (etherType === ERSPAN.TYPE_2) return ethernet(data, payload + ((flags & GRE.SEQUENCE) === 0 ? 0 : 8));
  if (etherType === ERSPAN.TYPE_3) return ethernet(data, payload + 12 + 8 * ((data[payload + 11] ?? 0) & 1));
  if (etherType < 0x0600) return 'unknownTunnel';
  const start = innermost(data, etherType, payload);
  const isKnown = typeof start === 'string' || start.etherType !== etherType || CARRIED.has(etherType);
  return isKnown ? start : 'unknownTunnel';
}

const CARRIED: ReadonlySet<number> = new Set([ETHER_TYPES.IPV4, ETHER_TYPES.IPV6, ETHER_TYPES.ARP]);

const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);
const GENEVE_PORT = 6081;
const L2TP_PORT = 1701;

/**
 * What a UDP payload at `at` carries, where port and header are those of VXLAN (RFC 7348 5), Geneve (RFC 8926 3.4) or
 * L2TP (RFC 2661 3.1); null where they are not, since any program may use those ports.
 */
export function insideUdp(from: number, to: number, data: Uint8Array, at: number): Unwrapped | null {
  if (at + 8 > data.length) return null;
  if (VXLAN_PORTS.has(to)) {
    const isVxlan = readU32(data, at, false) === 0x08000000 && data[at + 7] === 0;
    return isVxlan ? ethernet(data, at + 8) : null;
  }
  if (to === GENEVE_PORT) return geneve(data, at);
  return from === L2TP_PORT || to === L2TP_PORT ? l2tp(data, at) : null;
}

/** Version 0, two flags, and as many words of options as the first byte says. */
function geneve(data: Uint8Array, at: number): Unwrapped | null {
  const first = data[at] as number;
  const etherType = readU16(data, at + 2, false);
  const isGeneve = first < 0x40 && ((data[at + 1] as number) & 0x3f) === 0 && data[at + 7] === 0;
  if (!isGeneve || !(CARRIED.has(etherType) || etherType === ETHER_TYPES.BRIDGED)) return null;
  return innermost(data, etherType, at + 8 + 4 * first);
}

const L2TP = {
  CONTROL: 0x8000,
  LENGTH: 0x4000,
  SEQUENCE: 0x0800,
  OFFSET: 0x0200,
  RESERVED: 0x34f0,
  VERSION: 0x000f,
} as const;

function l2tp(data: Uint8Array, at: number): Unwrapped | null {
  const flags = readU16(data, at, false);
  if ((flags & L2TP.VERSION) !== 2 || (flags & (L2TP.RESERVED | L2TP.CONTROL)) !== 0) return null;
  let payload = at + ((flags & L2TP.LENGTH) === 0 ? 6 : 8);
  if ((flags & L2TP.SEQUENCE) !== 0) payload += 4;
  if ((flags & L2TP.OFFSET) !== 0) {
    if (payload + 2 > data.length) return 'tooShort';
    payload += 2 + readU16(data, payload, false);
  }
  return ppp(data, payload);
}
