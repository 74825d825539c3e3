import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import { type BindBody, readBindBody, writeBindBody } from './bind-body.ts';
import type { CoHeader } from './header.ts';

/** bind (11), client to server: the first PDU of a connection asks for interfaces and may begin to authenticate (C706 12.6.4.3). */
export interface Bind extends BindBody {
  readonly type: 'bind';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeBind(header: CoHeader, { body, auth }: OpenedPdu): Bind {
  return { type: 'bind', header, ...readBindBody(body), auth };
}

export function encodeBind(pdu: Bind): Uint8Array {
  return encodePdu('bind', pdu.header, pdu.auth, (writer) => writeBindBody(writer, pdu));
}
