import { decodeFackBody, encodeFackBody, type FackBody } from './fack-body.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';

/** fack (9), both ways: fragments up to header.fragment have arrived in order, 0xffff: not even the first (C706 12.5.3.4). */
export interface Fack {
  readonly type: 'fack';
  readonly header: ClHeader;
  readonly body: FackBody | null;
}

export function decodeFack(head: DecodedHeader, datagram: Uint8Array): Fack {
  return { type: 'fack', header: head.header, body: decodeFackBody(head, datagram) };
}

export function encodeFack(pdu: Fack): Uint8Array {
  const body = encodeFackBody(pdu.header, pdu.body);
  const out = encodeHeader('fack', pdu.header, body.length);
  out.set(body, CL_HEADER_SIZE);
  return out;
}
