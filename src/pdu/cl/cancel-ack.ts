import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader, isLittleEndian } from './header.ts';

/**
 * cancel_ack (10), QUACK in [MS-RPCE]. 0: version u32, 4: cancel id u32, 8: server is accepting u8.
 * Without a body it acknowledges an orphan.
 */
export interface CancelAck {
  readonly type: 'cancel_ack';
  readonly header: ClHeader;
  readonly body: { readonly version: number; readonly cancelId: number; readonly accepting: number } | null;
}

export function decodeCancelAck({ header, bodyLength }: DecodedHeader, datagram: Uint8Array): CancelAck {
  if (bodyLength === 0) return { type: 'cancel_ack', header, body: null };
  const reader = new Reader(datagram.subarray(0, CL_HEADER_SIZE + bodyLength), isLittleEndian(header), CL_HEADER_SIZE);
  return {
    type: 'cancel_ack',
    header,
    body: { version: reader.u32(), cancelId: reader.u32(), accepting: reader.u8() },
  };
}

export function encodeCancelAck({ header, body }: CancelAck): Uint8Array {
  if (body === null) return encodeHeader('cancel_ack', header, 0);
  const out = encodeHeader('cancel_ack', header, 9);
  const { version, cancelId, accepting } = body;
  out.set(new Writer(isLittleEndian(header), 9).u32(version).u32(cancelId).u8(accepting).finish(), CL_HEADER_SIZE);
  return out;
}
