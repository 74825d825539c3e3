import { RemoteProtocolError } from '../../status/errors.ts';
import { CL_HEADER_SIZE, type ClHeader, type ClType, type DecodedHeader, encodeHeader } from './header.ts';

/** What request and response share: stub data and, when authenticated, all that follows it. */
export interface DataPdu<T extends ClType> {
  readonly type: T;
  readonly header: ClHeader;
  /** NDR-encoded arguments or results, starting 8-aligned. */
  readonly stub: Uint8Array;
  /** Padding and security trailer as they stand behind the stub ([MS-RPCE] 2.2.3.4); empty without authentication. */
  readonly trailer: Uint8Array;
}

const EMPTY = new Uint8Array(0);

export function decodeData<T extends ClType>(
  type: T,
  { header, bodyLength }: DecodedHeader,
  datagram: Uint8Array,
): DataPdu<T> {
  const end = CL_HEADER_SIZE + bodyLength;
  return {
    type,
    header,
    stub: bodyLength === 0 ? EMPTY : datagram.subarray(CL_HEADER_SIZE, end),
    trailer: header.authProtocol === 0 ? EMPTY : trailer(datagram, bodyLength),
  };
}

export function encodeData(pdu: DataPdu<ClType>): Uint8Array {
  const out = encodeHeader(pdu.type, pdu.header, pdu.stub.length, pdu.trailer.length);
  if (pdu.stub.length > 0) out.set(pdu.stub, CL_HEADER_SIZE);
  if (pdu.trailer.length > 0) out.set(pdu.trailer, CL_HEADER_SIZE + pdu.stub.length);
  return out;
}

/** The trailer begins at the next multiple of 8 and is at least 4 bytes long; senders may count the padding in the length. */
export function trailer(datagram: Uint8Array, bodyLength: number): Uint8Array {
  const least = CL_HEADER_SIZE + Math.ceil(bodyLength / 8) * 8 + 4;
  if (datagram.length < least) {
    throw new RemoteProtocolError(`too short: ${datagram.length} bytes, the security trailer ends after ${least}`, {
      code: 'ERR_CLUSRPC_TOO_SHORT',
    });
  }
  return datagram.subarray(CL_HEADER_SIZE + bodyLength);
}
