import { decodeFackBody, encodeFackBody, type FackBody } from './fack-body.ts';
import { CL_HEADER_SIZE, type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';

/** nocall (5), server to client: nothing, or with a body only a part, is known of this call (C706 12.5.3.7). */
export interface Nocall {
  readonly type: 'nocall';
  readonly header: ClHeader;
  readonly body: FackBody | null;
}

export function decodeNocall(head: DecodedHeader, datagram: Uint8Array): Nocall {
  return { type: 'nocall', header: head.header, body: decodeFackBody(head, datagram) };
}

export function encodeNocall(pdu: Nocall): Uint8Array {
  const body = encodeFackBody(pdu.header, pdu.body);
  const out = encodeHeader('nocall', pdu.header, body.length);
  out.set(body, CL_HEADER_SIZE);
  return out;
}
