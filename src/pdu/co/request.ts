import type { Uuid } from '../../bytes/uuid.ts';
import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import { type CoHeader, PFC } from './header.ts';
import { readUuid, writeUuid } from './syntax.ts';

/** request (0), client to server: arguments of an operation, or a fragment of them (C706 12.6.4.9). */
export interface CoRequest {
  readonly type: 'request';
  readonly header: CoHeader;
  /** Bytes of stub from here to the end of the message; 0: not told. */
  readonly allocHint: number;
  readonly contextId: number;
  readonly opnum: number;
  /** Present exactly when the flag objectUuid is set. */
  readonly object: Uuid | null;
  /** A view, sealed where the level is privacy. */
  readonly stub: Uint8Array;
  readonly auth: AuthVerifier | null;
}

/** 0: alloc_hint u32, 4: context id u16, 6: opnum u16, 8: object 16 if flagged, stub. */
export function decodeRequest(header: CoHeader, { body, auth }: OpenedPdu): CoRequest {
  const [allocHint, contextId, opnum] = [body.u32(), body.u16(), body.u16()];
  const object = (header.flags & PFC.objectUuid) === 0 ? null : readUuid(body);
  return { type: 'request', header, allocHint, contextId, opnum, object, stub: body.rest(), auth };
}

export function encodeRequest({ header, allocHint, contextId, opnum, object, stub, auth }: CoRequest): Uint8Array {
  const flags = object === null ? header.flags & ~PFC.objectUuid : header.flags | PFC.objectUuid;
  const write = (writer: Parameters<typeof writeUuid>[0]) => {
    writer.u32(allocHint).u16(contextId).u16(opnum);
    if (object !== null) writeUuid(writer, object);
    writer.bytes(stub);
  };
  return encodePdu('request', { ...header, flags }, auth, write, stub.length + 96);
}
