import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** fault (3), server to client: the operation raised `status`; with the flag didNotExecute it was not begun (C706 12.6.4.7). */
export interface CoFault {
  readonly type: 'fault';
  readonly header: CoHeader;
  readonly allocHint: number;
  readonly contextId: number;
  readonly cancelCount: number;
  readonly status: number;
  /** Data of the fault: none, or extended error information ([MS-RPCE] 2.2.2.8). */
  readonly stub: Uint8Array;
  readonly auth: AuthVerifier | null;
}

/** 0: alloc_hint u32, 4: context id u16, 6: cancel_count u8, 7: reserved u8, 8: status u32, 12: reserved u32, stub. */
export function decodeFault(header: CoHeader, { body, auth }: OpenedPdu): CoFault {
  const [allocHint, contextId, cancelCount] = [body.u32(), body.u16(), body.u8()];
  body.skip(1);
  const status = body.u32();
  body.skip(4);
  return { type: 'fault', header, allocHint, contextId, cancelCount, status, stub: body.rest(), auth };
}

export function encodeFault({ header, allocHint, contextId, cancelCount, status, stub, auth }: CoFault): Uint8Array {
  return encodePdu('fault', header, auth, (writer) =>
    writer.u32(allocHint).u16(contextId).u8(cancelCount).u8(0).u32(status).u32(0).bytes(stub),
  );
}
