import { RemoteProtocolError } from '../../status/errors.ts';
import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** rpc_auth_3 (16), client to server: the third and last message of a security provider, which nobody answers ([MS-RPCE] 2.2.2.10). */
export interface Auth3 {
  readonly type: 'auth3';
  readonly header: CoHeader;
  readonly auth: AuthVerifier;
}

/** 4 bytes that mean nothing, then the trailer. */
export function decodeAuth3(header: CoHeader, { body, auth }: OpenedPdu): Auth3 {
  if (auth === null) throw new RemoteProtocolError('an auth3 without a token');
  // Some senders count the four bytes as padding of the trailer.
  if (auth.padding.length === 0) body.skip(4);
  return { type: 'auth3', header, auth };
}

export function encodeAuth3({ header, auth }: Auth3): Uint8Array {
  return encodePdu('auth3', header, auth, (writer) => auth.padding.length === 0 && writer.zeros(4));
}
