import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, isLittleEndian } from './header.ts';

/** The body of fault and reject: 0: status u32. */
export function decodeStatus({ header, bodyLength }: DecodedHeader, datagram: Uint8Array): number {
  const end = CL_HEADER_SIZE + bodyLength;
  return new Reader(datagram.subarray(0, end), isLittleEndian(header), CL_HEADER_SIZE).u32();
}

export function encodeStatus(header: ClHeader, status: number): Uint8Array {
  return new Writer(isLittleEndian(header), 4).u32(status).finish();
}
