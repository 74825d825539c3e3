import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader, isLittleEndian } from './header.ts';

/** cl_cancel (8), QUIT in [MS-RPCE]. 0: version u32, 4: cancel id u32. Without a body: the client gives the call up (orphan). */
export interface Cancel {
  readonly type: 'cl_cancel';
  readonly header: ClHeader;
  readonly body: { readonly version: number; readonly cancelId: number } | null;
}

export function decodeCancel({ header, bodyLength }: DecodedHeader, datagram: Uint8Array): Cancel {
  if (bodyLength === 0) return { type: 'cl_cancel', header, body: null };
  const reader = new Reader(datagram.subarray(0, CL_HEADER_SIZE + bodyLength), isLittleEndian(header), CL_HEADER_SIZE);
  return { type: 'cl_cancel', header, body: { version: reader.u32(), cancelId: reader.u32() } };
}

export function encodeCancel({ header, body }: Cancel): Uint8Array {
  if (body === null) return encodeHeader('cl_cancel', header, 0);
  const out = encodeHeader('cl_cancel', header, 8);
  out.set(new Writer(isLittleEndian(header), 8).u32(body.version).u32(body.cancelId).finish(), CL_HEADER_SIZE);
  return out;
}
