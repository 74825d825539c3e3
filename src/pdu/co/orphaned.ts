import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** orphaned (19), client to server: the call is given up, and its answer would not be read (C706 12.6.4.8). */
export interface Orphaned {
  readonly type: 'orphaned';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeOrphaned(header: CoHeader, { auth }: OpenedPdu): Orphaned {
  return { type: 'orphaned', header, auth };
}

export function encodeOrphaned({ header, auth }: Orphaned): Uint8Array {
  return encodePdu('orphaned', header, auth, () => {});
}
