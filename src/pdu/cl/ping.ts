import { type ClHeader, type DecodedHeader, encodeHeader } from './header.ts';

/** ping (1), client to server: is the call still being worked on? (C706 12.5.3.9). No body. */
export interface Ping {
  readonly type: 'ping';
  readonly header: ClHeader;
}

export function decodePing(head: DecodedHeader): Ping {
  return { type: 'ping', header: head.header };
}

export function encodePing(pdu: Ping): Uint8Array {
  return encodeHeader('ping', pdu.header, 0);
}
