import { CL_HEADER_SIZE, CL_TYPES, type ClPdu, decodeCl } from '../../../pdu/cl/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';

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
