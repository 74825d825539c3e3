import { trailer } from './data.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';
import { decodeStatus, encodeStatus } from './status-body.ts';

/** fault (3): the call may have been executed and raised `status` (C706 12.5.3.3; values: status/nca). */
export interface Fault {
  readonly type: 'fault';
  readonly header: ClHeader;
  readonly status: number;
  /** Security trailer, empty without authentication. */
  readonly trailer: Uint8Array;
}

const EMPTY = new Uint8Array(0);

export function decodeFault(head: DecodedHeader, datagram: Uint8Array): Fault {
  const status = decodeStatus(head, datagram);
  const { header, bodyLength } = head;
  return { type: 'fault', header, status, trailer: header.authProtocol === 0 ? EMPTY : trailer(datagram, bodyLength) };
}

export function encodeFault(pdu: Fault): Uint8Array {
  const out = encodeHeader('fault', pdu.header, 4, pdu.trailer.length);
  out.set(encodeStatus(pdu.header, pdu.status), CL_HEADER_SIZE);
  out.set(pdu.trailer, CL_HEADER_SIZE + 4);
  return out;
}
