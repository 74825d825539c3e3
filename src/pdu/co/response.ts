import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** response (2), server to client: results of an operation, or a fragment of them (C706 12.6.4.10). */
export interface CoResponse {
  readonly type: 'response';
  readonly header: CoHeader;
  /** Bytes of stub from here to the end of the message; 0: not told. */
  readonly allocHint: number;
  readonly contextId: number;
  readonly cancelCount: number;
  /** A view, sealed where the level is privacy. */
  readonly stub: Uint8Array;
  readonly auth: AuthVerifier | null;
}

/** 0: alloc_hint u32, 4: context id u16, 6: cancel_count u8, 7: reserved u8, stub. */
export function decodeResponse(header: CoHeader, { body, auth }: OpenedPdu): CoResponse {
  const [allocHint, contextId, cancelCount] = [body.u32(), body.u16(), body.u8()];
  body.skip(1);
  return { type: 'response', header, allocHint, contextId, cancelCount, stub: body.rest(), auth };
}

export function encodeResponse({ header, allocHint, contextId, cancelCount, stub, auth }: CoResponse): Uint8Array {
  return encodePdu(
    'response',
    header,
    auth,
    (writer) => writer.u32(allocHint).u16(contextId).u8(cancelCount).u8(0).bytes(stub),
    stub.length + 96,
  );
}
