import type { ClPdu, Fault, Request, Response } from '../../pdu/cl/index.ts';

/*
 * Where a security provider plugs in ([MS-RPCE] 3.2.1.4.1, C706 13).
 *
 * A context belongs to one activity and has a number there, key_vers_num, which the client chooses. Only data PDUs are
 * secured: request, response and fault, each fragment on its own. Everything else goes as it is, callbacks too.
 *
 * Client: a binding takes `security`, which makes one `ClientSecurity` for each activity. It signs from the first request
 * on, before the server knows the key; the server then asks by conv_who_are_you_auth, and `answer` turns its challenge
 * into the token, which the conversation manager hands over in as many pieces as the server takes.
 *
 * Server: `ClServerOptions.security` holds a `SecurityProvider` for each auth_proto. The first PDU in an unknown context
 * makes the machine ask the provider for an `Acceptance`; its challenge goes to the client by callback, and requests wait,
 * unread and within bounds, until the token is here. `finish` turns that into the context, which then opens what waited.
 *
 * Both machines have one way out (`emit`), which seals whatever is sent, repeated or not, and one way in (`admit`), which
 * opens before anything is learnt. Sealing the same PDU again has to be possible, and need not give the same bytes.
 *
 * No provider protects the header ([MS-RPCE] 3.2.1.4.1.1): who changes it on the way can have a message end after any of its
 * fragments, or an operation called with the arguments of another. What is handed on is always what somebody sealed, and
 * never twice: a secured call is not executed again, not even where its header says that it is idempotent.
 */

/** What a context protects. */
export type SecuredPdu = Request | Response | Fault;

export interface ActivitySecurity {
  /** auth_proto of the PDUs that it seals ([MS-RPCE] 2.2.1.1.7). */
  readonly protocol: number;
  /** Bytes of a PDU that hold no stub data beside header and padding: the security header and the token. */
  readonly overhead: number;
  /** The finished datagram. The header says `protocol` and is not changed any more; `trailer` is empty. */
  seal(pdu: SecuredPdu): Uint8Array;
  /** The PDU in clear, without trailer; null: not what its sender sealed. Throws nothing. `datagram` is not changed. */
  open(pdu: SecuredPdu, datagram: Uint8Array): SecuredPdu | null;
}

/** The client's end of a context. */
export interface ClientSecurity extends ActivitySecurity {
  /** How many calls it tells apart: the next one takes another activity. */
  readonly calls: number;
  /** The token for the server's challenge; null: the challenge is not acceptable. Asked once for each challenge. */
  answer(challenge: Uint8Array): Uint8Array | null;
}

/** The server's end of all contexts of one auth_proto. */
export interface SecurityProvider {
  /** A context that a client has begun, as its first trailer says: level ([MS-RPCE] 2.2.1.1.8) and key_vers_num. */
  accept(level: number, key: number): Acceptance;
}

/** A context that waits for the client's token. */
export interface Acceptance {
  readonly challenge: Uint8Array;
  /** The context that the token makes, or the status that its calls are rejected with. Throws nothing. */
  finish(token: Uint8Array): ActivitySecurity | number;
}

export function isSecurable(pdu: ClPdu): pdu is SecuredPdu {
  return pdu.type === 'request' || pdu.type === 'response' || pdu.type === 'fault';
}
