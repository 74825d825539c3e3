import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** co_cancel (18), client to server: ask the manager to end the call (C706 12.6.4.6). */
export interface CoCancel {
  readonly type: 'co_cancel';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeCoCancel(header: CoHeader, { auth }: OpenedPdu): CoCancel {
  return { type: 'co_cancel', header, auth };
}

export function encodeCoCancel({ header, auth }: CoCancel): Uint8Array {
  return encodePdu('co_cancel', header, auth, () => {});
}
