import { readU16, readU32 } from '../bytes/integers.ts';
import { sameUuid } from '../bytes/uuid.ts';
import { CONV } from '../interface/conv/index.ts';
import { decodeCl } from '../pdu/cl/index.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0\u0003\0\0\0', 'latin1');
/** LM response, NT response and session key: where an AUTHENTICATE_MESSAGE says where they are ([MS-NLMP] 2.2.1.3). */
const SECRET_FIELDS = [12, 20, 52];

/**
 * The datagram without what a password could be guessed from: the responses and the session key of an AUTHENTICATE_MESSAGE
 * are zeroed, and whole the later pieces of one that is handed over in several. Names stay.
 */
export function blankSecrets(datagram: Uint8Array): Uint8Array {
  const at = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.length).indexOf(SIGNATURE);
  if (at < 0) return isLaterPiece(datagram) ? datagram.slice().fill(0, 80) : datagram;
  const blanked = datagram.slice();
  for (const field of SECRET_FIELDS) {
    if (at + field + 8 > blanked.length) continue;
    const from = at + readU32(blanked, at + field + 4, true);
    blanked.fill(0, from, from + readU16(blanked, at + field, true));
  }
  return blanked;
}

function isLaterPiece(datagram: Uint8Array): boolean {
  if (datagram[1] !== 0x02) return false;
  try {
    const { header } = decodeCl(datagram);
    return sameUuid(header.interfaceId, CONV.uuid) && header.opnum === CONV.operations.conv_who_are_you_auth_more;
  } catch {
    return false;
  }
}
