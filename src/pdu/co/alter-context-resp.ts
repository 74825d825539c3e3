import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import { type BindAckBody, readBindAckBody, writeBindAckBody } from './bind-ack-body.ts';
import type { CoHeader } from './header.ts';

/** alter_context_resp (15), server to client: what became of each context of the alter_context (C706 12.6.4.2). */
export interface AlterContextResp extends BindAckBody {
  readonly type: 'alter_context_resp';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeAlterContextResp(header: CoHeader, { body, auth }: OpenedPdu): AlterContextResp {
  return { type: 'alter_context_resp', header, ...readBindAckBody(body), auth };
}

export function encodeAlterContextResp(pdu: AlterContextResp): Uint8Array {
  return encodePdu('alter_context_resp', pdu.header, pdu.auth, (writer) => writeBindAckBody(writer, pdu));
}
