import { encodePdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** shutdown (17), server to client: please end the connection when your calls are done (C706 12.6.4.11). Never authenticated. */
export interface Shutdown {
  readonly type: 'shutdown';
  readonly header: CoHeader;
}

export function decodeShutdown(header: CoHeader): Shutdown {
  return { type: 'shutdown', header };
}

export function encodeShutdown({ header }: Shutdown): Uint8Array {
  return encodePdu('shutdown', header, null, () => {});
}
