import { Reader } from '../../bytes/reader.ts';
import { LocalMisuseError, RemoteProtocolError } from '../../status/errors.ts';

/** Bytes of the header that begins every connection-oriented PDU (C706 12.6.3.1). */
export const CO_HEADER_SIZE = 16;

/** By the number on the wire (C706 12.6.1, [MS-RPCE] 2.2.2.10); 1 and 4 to 10 are connectionless, 20 is RPC over HTTP. */
const WIRE_TYPES = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bind_ack: 12,
  bind_nak: 13,
  alter_context: 14,
  alter_context_resp: 15,
  auth3: 16,
  shutdown: 17,
  co_cancel: 18,
  orphaned: 19,
} as const;

/** Types of connection-oriented PDUs (C706 12.6.3). */
export type CoType = keyof typeof WIRE_TYPES;

export const CO_TYPES = Object.keys(WIRE_TYPES) as readonly CoType[];

const BY_NUMBER = new Map(CO_TYPES.map((type) => [WIRE_TYPES[type] as number, type]));

/** pfc_flags (C706 12.6.3.1). 0x04 means a pending cancel in a request and header signing in a bind ([MS-RPCE] 2.2.2.3). */
export const PFC = {
  firstFrag: 0x01,
  lastFrag: 0x02,
  pendingCancel: 0x04,
  supportHeaderSign: 0x04,
  concMpx: 0x10,
  didNotExecute: 0x20,
  maybe: 0x40,
  objectUuid: 0x80,
} as const;

/** Of a PDU that is a whole message. */
export const WHOLE: number = PFC.firstFrag | PFC.lastFrag;

/** NDR format labels, four bytes as one number: integers little- or big-endian, ASCII, IEEE (C706 14). */
export const CO_LITTLE_ENDIAN = 0x10000000;
export const CO_BIG_ENDIAN = 0x00000000;

/** The header in wire order, without what the PDU around it says itself: version (always 5), type and both lengths. */
export interface CoHeader {
  /** 0, or 1 of runtimes that fragment binds. */
  readonly minorVersion: number;
  readonly flags: number;
  readonly drep: number;
  readonly callId: number;
}

/** The header, and where the parts of its PDU are: offsets into the fragment. */
export interface DecodedCoHeader {
  readonly type: CoType;
  readonly header: CoHeader;
  /** Bytes of the whole PDU. */
  readonly fragLength: number;
  readonly authLength: number;
}

export function isLittleEndian({ drep }: CoHeader): boolean {
  return drep >>> 28 === 1;
}

/**
 * Decodes the first 16 bytes of a fragment, of which the rest need not be there yet. Throws RemoteProtocolError: ERR_CLUSRPC_TOO_SHORT
 * for fewer, ERR_CLUSRPC_PROTOCOL for another RPC version, an unknown type or byte order, or lengths that cannot be.
 */
export function decodeHeader(fragment: Uint8Array): DecodedCoHeader {
  const octets = new Reader(fragment);
  const version = octets.u8();
  const minorVersion = octets.u8();
  const wireType = octets.u8();
  const flags = octets.u8();
  if (version !== 5 || minorVersion > 1) {
    throw new RemoteProtocolError(`RPC version ${version}.${minorVersion} is not 5.0 or 5.1, connection-oriented`);
  }
  const type = BY_NUMBER.get(wireType);
  if (type === undefined) throw new RemoteProtocolError(`PDU type ${wireType} does not exist over a connection`);
  const drep = new Reader(octets.take(4), false).u32();
  if (drep >>> 28 > 1) {
    throw new RemoteProtocolError(`integer representation ${drep >>> 28} is neither big- nor little-endian`);
  }
  const reader = new Reader(fragment, drep >>> 28 === 1, octets.offset);
  const fragLength = reader.u16();
  const authLength = reader.u16();
  const callId = reader.u32();
  const least = CO_HEADER_SIZE + (authLength === 0 ? 0 : VERIFIER_SIZE + authLength);
  if (fragLength < least)
    throw new RemoteProtocolError(`a ${type} of ${fragLength} bytes has to have at least ${least}`);
  return { type, header: { minorVersion, flags, drep, callId }, fragLength, authLength };
}

/** Bytes of the security trailer ahead of its token. */
export const VERIFIER_SIZE = 8;

const LONGEST = 0xffff;

/** Fills in the header of a whole PDU. Throws LocalMisuseError for one that is too long for its length field. */
export function writeHeader(pdu: Uint8Array, type: CoType, header: CoHeader, authLength: number): void {
  if (pdu.length > LONGEST) throw new LocalMisuseError(`a ${type} of ${pdu.length} bytes is more than a PDU can be`);
  const view = new DataView(pdu.buffer, pdu.byteOffset, CO_HEADER_SIZE);
  const little = isLittleEndian(header);
  view.setUint8(0, 5);
  view.setUint8(1, header.minorVersion);
  view.setUint8(2, WIRE_TYPES[type]);
  view.setUint8(3, header.flags);
  view.setUint32(4, header.drep);
  view.setUint16(8, pdu.length, little);
  view.setUint16(10, authLength, little);
  view.setUint32(12, header.callId, little);
}
