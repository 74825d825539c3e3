import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import { type BindBody, readBindBody, writeBindBody } from './bind-body.ts';
import type { CoHeader } from './header.ts';

/** alter_context (14), client to server: as bind, on a connection that is bound (C706 12.6.4.1). */
export interface AlterContext extends BindBody {
  readonly type: 'alter_context';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeAlterContext(header: CoHeader, { body, auth }: OpenedPdu): AlterContext {
  return { type: 'alter_context', header, ...readBindBody(body), auth };
}

export function encodeAlterContext(pdu: AlterContext): Uint8Array {
  return encodePdu('alter_context', pdu.header, pdu.auth, (writer) => writeBindBody(writer, pdu));
}
