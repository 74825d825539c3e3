import { readU16 } from '../bytes/integers.ts';
import { CL_HEADER_SIZE, type ClPdu, decodeCl } from '../pdu/cl/index.ts';
import { isClusError } from '../status/errors.ts';

/** Where the snap length cut the end off, zeros stand for it: what would be read from them is left alone later. */
export function decodePdu(payload: Uint8Array, truncated: boolean): ClPdu | null {
  try {
    return decodeCl(truncated ? filledUp(payload) : payload);
  } catch (error) {
    if (!isClusError(error)) throw error;
    return null;
  }
}

/** Room for the padding and for the two fixed bytes of a security trailer, which the decoder wants to see. */
const TRAILER_ROOM = 12;

function filledUp(payload: Uint8Array): Uint8Array {
  const length = readU16(payload, 74, (payload[4] as number) >>> 4 === 1);
  const whole = new Uint8Array(Math.max(payload.length, CL_HEADER_SIZE + length + TRAILER_ROOM));
  whole.set(payload);
  return whole;
}
