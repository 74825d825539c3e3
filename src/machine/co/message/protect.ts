import { AUTH_LEVEL } from '../../../auth/datagram/level.ts';
import {
  type AuthVerifier,
  type CoRequest,
  type CoResponse,
  encodeCo,
  paddingFor,
  VERIFIER_SIZE,
} from '../../../pdu/co/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import type { SecurityContext } from '../security.ts';
import type { Fragment } from './fragment-reader.ts';

/** What was agreed for a connection: every request and response carries a signature of it, from level packet on. */
export interface Protection {
  readonly type: number;
  readonly level: number;
  /** auth_context_id of the bind. */
  readonly contextId: number;
  readonly context: SecurityContext;
}

type DataPdu = CoRequest | CoResponse;

/** Stubs are padded to it ahead of the trailer ([MS-RPCE] 2.2.2.11). */
const ALIGNMENT = 16;

/** At level connect nothing but the bind is authenticated. */
export function protects(protection: Protection | null): protection is Protection {
  return protection !== null && protection.level >= AUTH_LEVEL.call;
}

/** Bytes that a fragment has beside its stub and its header, at most. */
export function overhead(protection: Protection | null): number {
  return protects(protection) ? ALIGNMENT + VERIFIER_SIZE + protection.context.signatureLength : 0;
}

/** Encodes a request or response, signed or sealed as agreed ([MS-RPCE] 3.3.1.5.2.2): header, body and trailer are signed. */
export function encodeProtected(pdu: DataPdu, protection: Protection | null): Uint8Array {
  if (!protects(protection)) return encodeCo(pdu);
  const { type, level, contextId, context } = protection;
  const padding = paddingFor(pdu.stub.length, ALIGNMENT);
  const token = new Uint8Array(context.signatureLength);
  const bytes = encodeCo({ ...pdu, auth: { padding, type, level, contextId, token } });
  const message = bytes.subarray(0, bytes.length - token.length);
  const data = dataOf(message, pdu.stub.length + padding.length);
  bytes.set(level === AUTH_LEVEL.privacy ? context.seal(message, data) : context.sign(message), message.length);
  return bytes;
}

/** The stub in clear. Throws RemoteProtocolError when it is not protected as agreed. */
export function openProtected(pdu: DataPdu, { bytes }: Fragment, protection: Protection | null): Uint8Array {
  if (!protects(protection)) return pdu.stub;
  const verifier = checkVerifier(pdu.auth, protection);
  const { level, context } = protection;
  const message = bytes.slice(0, bytes.length - verifier.token.length);
  const data = dataOf(message, pdu.stub.length + verifier.padding.length);
  const genuine =
    level === AUTH_LEVEL.privacy
      ? context.unseal(message, data, verifier.token)
      : context.verify(message, verifier.token);
  if (!genuine) throw new RemoteProtocolError(`the signature of a ${pdu.type} is wrong`);
  return data.subarray(0, pdu.stub.length);
}

/** What is sealed ends where the trailer begins. */
function dataOf(message: Uint8Array, length: number): Uint8Array {
  const end = message.length - VERIFIER_SIZE;
  return message.subarray(end - length, end);
}

function checkVerifier(auth: AuthVerifier | null, { type, level, contextId }: Protection): AuthVerifier {
  if (auth === null) throw new RemoteProtocolError('a PDU without the signature that was agreed');
  if (auth.type !== type || auth.level !== level || auth.contextId !== contextId) {
    throw new RemoteProtocolError(
      `a PDU of provider ${auth.type}, level ${auth.level}, context ${auth.contextId}: agreed were ${type}, ${level}, ${contextId}`,
    );
  }
  return auth;
}
