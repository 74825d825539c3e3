import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';
import { decodeStatus, encodeStatus } from './status-body.ts';

/** reject (6): the runtime refused the call, it was not executed (C706 12.5.3.6; values: status/nca). */
export interface Reject {
  readonly type: 'reject';
  readonly header: ClHeader;
  readonly status: number;
}

export function decodeReject(head: DecodedHeader, datagram: Uint8Array): Reject {
  return { type: 'reject', header: head.header, status: decodeStatus(head, datagram) };
}

export function encodeReject(pdu: Reject): Uint8Array {
  const out = encodeHeader('reject', pdu.header, 4);
  out.set(encodeStatus(pdu.header, pdu.status), CL_HEADER_SIZE);
  return out;
}
