import { type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';

/** working (4), server to client: the request is complete and being executed (C706 12.5.3.5). No body. */
export interface Working {
  readonly type: 'working';
  readonly header: ClHeader;
}

export function decodeWorking(head: DecodedHeader): Working {
  return { type: 'working', header: head.header };
}

export function encodeWorking(pdu: Working): Uint8Array {
  return encodeHeader('working', pdu.header, 0);
}
