import { type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';

/** ack (7), client to server: the response of an at-most-once call has arrived (C706 12.5.3.8). No body. */
export interface Ack {
  readonly type: 'ack';
  readonly header: ClHeader;
}

export function decodeAck(head: DecodedHeader): Ack {
  return { type: 'ack', header: head.header };
}

export function encodeAck(pdu: Ack): Uint8Array {
  return encodeHeader('ack', pdu.header, 0);
}
