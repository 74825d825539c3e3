import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, isLittleEndian } from './header.ts';

/**
 * The body of fack, and of nocall where it has one (C706 12.5.3.4, [MS-RPCE] 2.2.3.6):
 * 0: version u8, 1: pad, 2: window u16, 4: max TSDU u32, 8: max fragment u32, 12: serial u16, 14: n u16, 16: n masks u32.
 * Old senders stop after 12 bytes.
 */
export interface FackBody {
  /** 0 or 1, of the same layout; Windows sends 1. */
  readonly version: number;
  /** What the sender still takes: fragments in [MS-RPCE] 3.2.1.5.3, kilobytes in C706. */
  readonly windowSize: number;
  /** Largest datagram that the sender's transport can take, bytes. */
  readonly maxTsdu: number;
  /** Largest PDU, header included, that the sender wants, bytes. */
  readonly maxFragSize: number;
  /** Serial number of the PDU that induced this one; null in a body of 12 bytes. */
  readonly serial: number | null;
  /** Bit b of mask w: fragment (header.fragment + 1 + 32 w + b) has arrived. */
  readonly selectiveAck: readonly number[];
}

export function decodeFackBody({ header, bodyLength }: DecodedHeader, datagram: Uint8Array): FackBody | null {
  if (bodyLength === 0) return null;
  const body = datagram.subarray(0, CL_HEADER_SIZE + bodyLength);
  const reader = new Reader(body, isLittleEndian(header), CL_HEADER_SIZE);
  const version = reader.u8();
  reader.skip(1);
  const windowSize = reader.u16();
  const maxTsdu = reader.u32();
  const maxFragSize = reader.u32();
  if (reader.remaining === 0) return { version, windowSize, maxTsdu, maxFragSize, serial: null, selectiveAck: [] };
  const serial = reader.u16();
  const count = reader.u16();
  const masks = new Reader(reader.take(4 * count), reader.littleEndian);
  return {
    version,
    windowSize,
    maxTsdu,
    maxFragSize,
    serial,
    selectiveAck: Array.from({ length: count }, () => masks.u32()),
  };
}

export function encodeFackBody(header: ClHeader, body: FackBody | null): Uint8Array {
  const writer = new Writer(isLittleEndian(header), 20);
  if (body === null) return writer.finish();
  writer.u8(body.version).u8(0).u16(body.windowSize).u32(body.maxTsdu).u32(body.maxFragSize);
  if (body.serial === null) return writer.finish();
  writer.u16(body.serial).u16(body.selectiveAck.length);
  for (const mask of body.selectiveAck) writer.u32(mask);
  return writer.finish();
}
