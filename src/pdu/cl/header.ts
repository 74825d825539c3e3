import { readU16, readU32, writeU16, writeU32 } from '../../bytes/integers.ts';
import { swapUuid, type Uuid } from '../../bytes/uuid.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** Bytes of the header that begins every connectionless PDU (C706 12.5.1). */
export const CL_HEADER_SIZE = 80;

/** Position is the number on the wire (C706 12.5.2); 8 and 10 are QUIT and QUACK in [MS-RPCE] 2.1.2. */
export const CL_TYPES = [
  'request',
  'ping',
  'response',
  'fault',
  'working',
  'nocall',
  'reject',
  'ack',
  'cl_cancel',
  'fack',
  'cancel_ack',
] as const;

/** Types of connectionless PDUs (C706 12.5.2). */
export type ClType = (typeof CL_TYPES)[number];

/** First flags byte (C706 12.5.2.2). 0x01 and 0x80 belong to the implementation and are ignored when received. */
export const FLAGS1 = {
  lastfrag: 0x02,
  frag: 0x04,
  nofack: 0x08,
  maybe: 0x10,
  idempotent: 0x20,
  broadcast: 0x40,
} as const;

/** Second flags byte; `unrelated` is PF2_UNRELATED ([MS-RPCE] 2.2.3.3). */
export const FLAGS2 = { cancelPending: 0x02, unrelated: 0x04 } as const;

/** NDR format labels, first three bytes as one number: integers little- or big-endian, ASCII, IEEE (C706 14). */
export const DREP_LITTLE_ENDIAN = 0x100000;
export const DREP_BIG_ENDIAN = 0x000000;

/** Interface and activity hints: no hint. */
export const NO_HINT = 0xffff;

/**
 * The header in wire order, without what the PDU around it says itself: version (always 4), type and body length.
 * UUIDs are 16 bytes each in little-endian order whatever the byte order of the PDU.
 */
export interface ClHeader {
  readonly flags1: number;
  readonly flags2: number;
  readonly drep: number;
  readonly object: Uuid;
  readonly interfaceId: Uuid;
  readonly activity: Uuid;
  /** Seconds since 1970; 0: the sender does not know it. */
  readonly serverBoot: number;
  readonly interfaceMajor: number;
  readonly interfaceMinor: number;
  readonly sequence: number;
  readonly opnum: number;
  readonly interfaceHint: number;
  readonly activityHint: number;
  readonly fragment: number;
  readonly authProtocol: number;
  /** 16 bits, high byte at offset 7 and low byte at offset 79 whatever the byte order. */
  readonly serial: number;
}

export interface DecodedHeader {
  readonly type: ClType;
  readonly header: ClHeader;
  readonly bodyLength: number;
}

export function isLittleEndian(header: ClHeader): boolean {
  return header.drep >>> 20 === 1;
}

/**
 * Decodes the first 80 bytes; the UUIDs are views of the datagram. Throws RemoteProtocolError: ERR_CLUSRPC_TOO_SHORT when
 * header or body are cut off, ERR_CLUSRPC_PROTOCOL for another RPC version, an unknown type or byte order.
 */
export function decodeHeader(datagram: Uint8Array): DecodedHeader {
  if (datagram.length < CL_HEADER_SIZE) throw tooShort(datagram.length, CL_HEADER_SIZE);
  const version = octet(datagram, 0);
  const wireType = octet(datagram, 1);
  const type = CL_TYPES[wireType & 0x1f];
  if ((version & 0x0f) !== 4) throw new RemoteProtocolError(`RPC version ${version} is not 4, connectionless`);
  if (type === undefined) throw new RemoteProtocolError(`PDU type ${wireType} does not exist in connectionless RPC`);
  const order = octet(datagram, 4) >>> 4;
  if (order > 1) throw new RemoteProtocolError(`integer representation ${order} is neither big- nor little-endian`);
  const little = order === 1;
  const bodyLength = readU16(datagram, 74, little);
  if (CL_HEADER_SIZE + bodyLength > datagram.length) throw tooShort(datagram.length, CL_HEADER_SIZE + bodyLength);
  const interfaceVersion = readU32(datagram, 60, little);
  return {
    type,
    bodyLength,
    header: {
      flags1: octet(datagram, 2),
      flags2: octet(datagram, 3),
      drep: (octet(datagram, 4) << 16) | (octet(datagram, 5) << 8) | octet(datagram, 6),
      object: readUuid(datagram, 8, little),
      interfaceId: readUuid(datagram, 24, little),
      activity: readUuid(datagram, 40, little),
      serverBoot: readU32(datagram, 56, little),
      interfaceMajor: interfaceVersion & 0xffff,
      interfaceMinor: interfaceVersion >>> 16,
      sequence: readU32(datagram, 64, little),
      opnum: readU16(datagram, 68, little),
      interfaceHint: readU16(datagram, 70, little),
      activityHint: readU16(datagram, 72, little),
      fragment: readU16(datagram, 76, little),
      authProtocol: octet(datagram, 78),
      serial: (octet(datagram, 7) << 8) | octet(datagram, 79),
    },
  };
}

/** A datagram of header and `bodyLength` bytes of body, the body still zero; `trailerLength` bytes follow it. */
export function encodeHeader(type: ClType, h: ClHeader, bodyLength: number, trailerLength = 0): Uint8Array {
  const out = room(CL_HEADER_SIZE + bodyLength + trailerLength);
  const little = isLittleEndian(h);
  out[0] = 4;
  out[1] = CODES[type];
  out[2] = h.flags1;
  out[3] = h.flags2;
  out[4] = h.drep >>> 16;
  out[5] = h.drep >>> 8;
  out[6] = h.drep;
  out[7] = h.serial >>> 8;
  writeUuid(out, 8, h.object, little);
  writeUuid(out, 24, h.interfaceId, little);
  writeUuid(out, 40, h.activity, little);
  writeU32(out, 56, h.serverBoot, little);
  writeU32(out, 60, (h.interfaceMinor << 16) | h.interfaceMajor, little);
  writeU32(out, 64, h.sequence, little);
  writeU16(out, 68, h.opnum, little);
  writeU16(out, 70, h.interfaceHint, little);
  writeU16(out, 72, h.activityHint, little);
  writeU16(out, 74, bodyLength, little);
  writeU16(out, 76, h.fragment, little);
  out[78] = h.authProtocol;
  out[79] = h.serial;
  return out;
}

const CODES = Object.fromEntries(CL_TYPES.map((type, code) => [type, code])) as Readonly<Record<ClType, number>>;

const BLOCK = 0x8000;
let block = new Uint8Array(0);
let used = 0;

/** Zeros for a datagram, out of a block for many: memory of its own for each costs more than all else in encoding it. */
function room(size: number): Uint8Array {
  if (size > BLOCK / 4) return new Uint8Array(size);
  if (used + size > block.length) {
    block = new Uint8Array(BLOCK);
    used = 0;
  }
  used += size;
  return block.subarray(used - size, used);
}

function octet(datagram: Uint8Array, at: number): number {
  return datagram[at] as number;
}

function readUuid(datagram: Uint8Array, at: number, little: boolean): Uuid {
  const value = datagram.subarray(at, at + 16);
  return little ? value : swapUuid(value);
}

function writeUuid(out: Uint8Array, at: number, value: Uuid, little: boolean): void {
  const bytes = little ? value : swapUuid(value);
  for (let i = 0; i < 16; i++) out[at + i] = bytes[i] as number;
}

function tooShort(size: number, wanted: number): RemoteProtocolError {
  return new RemoteProtocolError(`too short: a datagram of ${size} bytes where ${wanted} are said`, {
    code: 'ERR_CLUSRPC_TOO_SHORT',
  });
}
