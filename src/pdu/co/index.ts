import { type AlterContext, decodeAlterContext, encodeAlterContext } from './alter-context.ts';
import { type AlterContextResp, decodeAlterContextResp, encodeAlterContextResp } from './alter-context-resp.ts';
import { openPdu } from './auth-verifier.ts';
import { type Auth3, decodeAuth3, encodeAuth3 } from './auth3.ts';
import { type Bind, decodeBind, encodeBind } from './bind.ts';
import { type BindAck, decodeBindAck, encodeBindAck } from './bind-ack.ts';
import { type BindNak, decodeBindNak, encodeBindNak } from './bind-nak.ts';
import { type CoCancel, decodeCoCancel, encodeCoCancel } from './co-cancel.ts';
import { type CoFault, decodeFault, encodeFault } from './fault.ts';
import { decodeHeader } from './header.ts';
import { decodeOrphaned, encodeOrphaned, type Orphaned } from './orphaned.ts';
import { type CoRequest, decodeRequest, encodeRequest } from './request.ts';
import { type CoResponse, decodeResponse, encodeResponse } from './response.ts';
import { decodeShutdown, encodeShutdown, type Shutdown } from './shutdown.ts';

export { type AuthVerifier, paddingFor } from './auth-verifier.ts';
export { type BindAckBody, CONTEXT_RESULT, type ContextResult, REJECT_REASON } from './bind-ack-body.ts';
export type { BindBody, PresentationContext } from './bind-body.ts';
export { NAK_REASON } from './bind-nak.ts';
export {
  CO_BIG_ENDIAN,
  CO_HEADER_SIZE,
  CO_LITTLE_ENDIAN,
  CO_TYPES,
  type CoHeader,
  type CoType,
  type DecodedCoHeader,
  decodeHeader,
  isLittleEndian,
  PFC,
  VERIFIER_SIZE,
  WHOLE,
} from './header.ts';
export type { PresentationSyntax } from './syntax.ts';
export type {
  AlterContext,
  AlterContextResp,
  Auth3,
  Bind,
  BindAck,
  BindNak,
  CoCancel,
  CoFault,
  CoRequest,
  CoResponse,
  Orphaned,
  Shutdown,
};

/** One fragment, one PDU (C706 12.6). */
export type CoPdu =
  | CoRequest
  | CoResponse
  | CoFault
  | Bind
  | BindAck
  | BindNak
  | AlterContext
  | AlterContextResp
  | Auth3
  | Shutdown
  | CoCancel
  | Orphaned;

/**
 * Decodes a fragment. Stub, padding, token and UUIDs are views of it. Bytes behind its own length are ignored. Throws
 * RemoteProtocolError and nothing else.
 */
export function decodeCo(fragment: Uint8Array): CoPdu {
  const head = decodeHeader(fragment);
  const { header } = head;
  const opened = openPdu(head, fragment);
  switch (head.type) {
    case 'request':
      return decodeRequest(header, opened);
    case 'response':
      return decodeResponse(header, opened);
    case 'fault':
      return decodeFault(header, opened);
    case 'bind':
      return decodeBind(header, opened);
    case 'bind_ack':
      return decodeBindAck(header, opened);
    case 'bind_nak':
      return decodeBindNak(header, opened);
    case 'alter_context':
      return decodeAlterContext(header, opened);
    case 'alter_context_resp':
      return decodeAlterContextResp(header, opened);
    case 'auth3':
      return decodeAuth3(header, opened);
    case 'shutdown':
      return decodeShutdown(header);
    case 'co_cancel':
      return decodeCoCancel(header, opened);
    case 'orphaned':
      return decodeOrphaned(header, opened);
  }
}

/** Throws LocalMisuseError for a PDU of more than 65535 bytes. */
export function encodeCo(pdu: CoPdu): Uint8Array {
  switch (pdu.type) {
    case 'request':
      return encodeRequest(pdu);
    case 'response':
      return encodeResponse(pdu);
    case 'fault':
      return encodeFault(pdu);
    case 'bind':
      return encodeBind(pdu);
    case 'bind_ack':
      return encodeBindAck(pdu);
    case 'bind_nak':
      return encodeBindNak(pdu);
    case 'alter_context':
      return encodeAlterContext(pdu);
    case 'alter_context_resp':
      return encodeAlterContextResp(pdu);
    case 'auth3':
      return encodeAuth3(pdu);
    case 'shutdown':
      return encodeShutdown(pdu);
    case 'co_cancel':
      return encodeCoCancel(pdu);
    case 'orphaned':
      return encodeOrphaned(pdu);
  }
}
