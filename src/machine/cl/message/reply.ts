import {
  CL_HEADER_SIZE,
  CL_TYPES,
  type ClHeader,
  type ClPdu,
  DREP_LITTLE_ENDIAN,
  decodeCl,
  FLAGS1,
} from '../../../pdu/cl/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';

/** The header of an answer: the call's own names, the answerer's byte order, no flags (C706 12.5). */
export function replyHeader(received: ClHeader, own: Partial<ClHeader> = {}): ClHeader {
  return {
    ...received,
    flags1: 0,
    flags2: 0,
    drep: DREP_LITTLE_ENDIAN,
    fragment: 0,
    authProtocol: 0,
    serial: 0,
    ...own,
  };
}

/** Flags of a response in one PDU: complete, no fack wanted. */
export const SINGLE_RESPONSE = FLAGS1.nofack;

/** Signed difference of two sequence numbers: they wrap at 2^32 (C706 9.5). */
export function sequenceDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** A datagram that is no PDU is dropped in silence (C706 12.5.1). */
export function decodeOrNull(datagram: Uint8Array): ClPdu | null {
  if (!mayBePdu(datagram)) return null;
  try {
    return decodeCl(datagram);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return null;
    throw error;
  }
}

/** A look that costs nothing, since an error for each packet of a flood would cost a lot. */
function mayBePdu(datagram: Uint8Array): boolean {
  if (datagram.length < CL_HEADER_SIZE) return false;
  return (
    ((datagram[0] as number) & 0x0f) === 4 &&
    ((datagram[1] as number) & 0x1f) < CL_TYPES.length &&
    (datagram[4] as number) < 0x20
  );
}

/** Signed difference of two serial numbers: they wrap at 2^16. */
export function serialDifference(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
