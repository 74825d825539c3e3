import { type AuthVerifier, encodePdu, type OpenedPdu } from './auth-verifier.ts';
import { type BindAckBody, readBindAckBody, writeBindAckBody } from './bind-ack-body.ts';
import type { CoHeader } from './header.ts';

/** bind_ack (12), server to client: what became of each context of the bind (C706 12.6.4.4). */
export interface BindAck extends BindAckBody {
  readonly type: 'bind_ack';
  readonly header: CoHeader;
  readonly auth: AuthVerifier | null;
}

export function decodeBindAck(header: CoHeader, { body, auth }: OpenedPdu): BindAck {
  return { type: 'bind_ack', header, ...readBindAckBody(body), auth };
}

export function encodeBindAck(pdu: BindAck): Uint8Array {
  return encodePdu('bind_ack', pdu.header, pdu.auth, (writer) => writeBindAckBody(writer, pdu));
}
