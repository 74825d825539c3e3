import type { Fault } from './fault.ts';
import type { Request } from './request.ts';
import type { Response } from './response.ts';

/**
 * What follows the stub of an authenticated PDU, behind padding to a multiple of 8 ([MS-RPCE] 2.2.3.4):
 * 0: level u8, 1: key_vers_num u8, 2: 2 bytes, 4: the token.
 */
export interface SecurityTrailer {
  readonly level: number;
  /** Number of the security context within the activity. */
  readonly key: number;
  readonly token: Uint8Array;
}

/** Of a PDU that was decoded with auth_proto other than 0: decoding has made sure that the trailer is there. */
export function readSecurityTrailer(pdu: Request | Response | Fault): SecurityTrailer {
  const length = pdu.type === 'fault' ? 4 : pdu.stub.length;
  const at = -length & 7;
  const { trailer } = pdu;
  return { level: trailer[at] as number, key: trailer[at + 1] as number, token: trailer.subarray(at + 4) };
}
