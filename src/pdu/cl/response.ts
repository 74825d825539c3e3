import { type DataPdu, decodeData, encodeData } from './data.ts';
import type { DecodedHeader } from './header.ts';

/** response (2): the results of the call (C706 12.5.3.2). */
export type Response = DataPdu<'response'>;

export function decodeResponse(head: DecodedHeader, datagram: Uint8Array): Response {
  return decodeData('response', head, datagram);
}

export const encodeResponse: (pdu: Response) => Uint8Array = encodeData;
