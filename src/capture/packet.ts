import { RemoteProtocolError } from '../status/errors.ts';
import type { IcmpReason } from './icmp.ts';

/** An IP address as text (`127.0.0.1`, `::1`) and a UDP port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One link-layer packet as it stands in a capture file. */
export interface Packet {
  /** As Wireshark numbers frames: 1 for the first packet of the file; some pcapng blocks that hold no packet count too. */
  readonly number: number;
  /** Whole seconds since 1970; a hostile file may name seconds that no Date can hold. */
  readonly seconds: number;
  /** 0 to 999 999 999, beside `seconds`; what is finer is cut off. */
  readonly nanoseconds: number;
  /** False where the file gives no time (simple packet block): the time of the packet before stands in. */
  readonly timed: boolean;
  /** The interface of pcapng that it came by; 0 in pcap. */
  readonly interfaceId: number;
  /** A number of LINK_TYPES, or of the registry of tcpdump.org. */
  readonly linkType: number;
  /** A view of a chunk given to the reader, or of a copy when the packet lay across two; it stays good. */
  readonly data: Uint8Array;
  /** Bytes on the wire; larger than `data.length` when the snap length cut the packet. */
  readonly originalLength: number;
}

/** One UDP datagram out of a capture, reassembled where IP had fragmented it. */
export interface Datagram {
  /** Number of the packet, or of the one that brought the last missing fragment. */
  readonly number: number;
  /** Milliseconds since 1970 with a fraction; a double resolves a quarter of a microsecond in our century. */
  readonly timestampMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly payload: Uint8Array;
  /** The snap length cut the end of the payload off. */
  readonly truncated: boolean;
  /** Fragments of IP that carried it; 1: not fragmented. */
  readonly fragments: number;
}

/** An ICMP error about a UDP datagram. */
export interface IcmpError {
  readonly number: number;
  readonly timestampMs: number;
  readonly reason: IcmpReason;
  /** Who says it: the host that was sent to, or a router or firewall before it. */
  readonly by: string;
  /** What it is about: the ends, and as much of the payload as is quoted. */
  readonly about: Pick<Datagram, 'from' | 'to' | 'payload'>;
}

/** Link types that are understood (https://www.tcpdump.org/linktypes.html). 12 and 14 are raw IP by old BSD tools. */
export const LINK_TYPES = {
  NULL: 0,
  ETHERNET: 1,
  IEEE802_5: 6,
  PPP: 9,
  FDDI: 10,
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  PPP_ETHER: 51,
  ATM_RFC1483: 100,
  RAW: 101,
  C_HDLC: 104,
  IEEE802_11: 105,
  FRELAY: 107,
  LOOP: 108,
  LINUX_SLL: 113,
  IEEE802_11_PRISM: 119,
  IP_OVER_FC: 122,
  IEEE802_11_RADIOTAP: 127,
  IEEE802_11_AVS: 163,
  PPI: 192,
  PPP_WITH_DIR: 204,
  IPV4: 228,
  IPV6: 229,
  NFLOG: 239,
  LINUX_SLL2: 276,
} as const;

/** The error of every capture file that breaks its format; `offset` counts bytes from the start of the file. */
export function invalidCapture(message: string, offset: number, advice?: string): RemoteProtocolError {
  const details = { code: 'ERR_CLUSRPC_INVALID_INPUT' } as const;
  return new RemoteProtocolError(
    `capture file, byte ${offset}: ${message}`,
    advice === undefined ? details : { ...details, advice },
  );
}
