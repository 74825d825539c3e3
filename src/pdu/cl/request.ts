import { type DataPdu, decodeData, encodeData } from './data.ts';
import type { DecodedHeader } from './header.ts';

/** request (0), client to server, and server to client for a conversation callback (C706 12.5.3.1). */
export type Request = DataPdu<'request'>;

export function decodeRequest(head: DecodedHeader, datagram: Uint8Array): Request {
  return decodeData('request', head, datagram);
}

export const encodeRequest: (pdu: Request) => Uint8Array = encodeData;
