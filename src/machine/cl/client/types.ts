import type { Uuid } from '../../../bytes/uuid.ts';
import type { ClType } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';

/** at-most-once: never executed twice; idempotent: may be; maybe: sent once, no answer of any kind (C706 6.1). */
export type CallSemantics = 'at-most-once' | 'idempotent' | 'maybe';

/** UUID and version of an interface; every InterfaceIdentity is one. */
export interface InterfaceId {
  readonly uuid: Uuid;
  readonly version: { readonly major: number; readonly minor: number };
}

/** Numbers of bindings and calls are the caller's own choice. */
export type ClientInput =
  | {
      readonly kind: 'bind';
      readonly binding: number;
      readonly to: Address;
      /** The address is the endpoint mapper's: go on with whoever answers ([MS-RPCE] 3.2.2.5). */
      readonly viaMapper?: boolean;
    }
  | { readonly kind: 'unbind'; readonly binding: number }
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly binding: number;
      readonly interfaceId: InterfaceId;
      readonly opnum: number;
      readonly stub: Uint8Array;
      readonly semantics: CallSemantics;
      readonly object?: Uuid;
    }
  /** Nobody waits for this call any more: it ends at once as `abandoned`, and the server is told (orphan). */
  | { readonly kind: 'abandon'; readonly call: number }
  /** Asks the server to end this call: it ends as `abandoned`, or with the answer that comes first. */
  | { readonly kind: 'cancel'; readonly call: number }
  /** The binding got a context handle, or lost one: keep-alives go out while it holds any. */
  | { readonly kind: 'hold' | 'release'; readonly binding: number }
  /** Send every delayed acknowledgement now. */
  | { readonly kind: 'flush' }
  | { readonly kind: 'datagram'; readonly datagram: Uint8Array; readonly from: Address };

/** What happened to a call on the wire, for those who ask why it failed. */
export interface CallTrace {
  /** Request PDUs sent, the first one included. */
  readonly requests: number;
  readonly pings: number;
  /** PDUs of the server for this call, by type. */
  readonly heard: Readonly<Partial<Record<ClType, number>>>;
  /** Conversation callbacks that asked about it. */
  readonly callbacks: number;
  /** Where the last PDU or callback came from. */
  readonly answeredFrom: Address | null;
}

export type ClientEvent =
  | {
      readonly kind: 'response';
      readonly call: number;
      readonly stub: Uint8Array;
      readonly littleEndian: boolean;
      readonly trace: CallTrace;
    }
  /** `status` is the number on the wire. */
  | { readonly kind: 'fault' | 'reject'; readonly call: number; readonly status: number; readonly trace: CallTrace }
  /** Silence: `heard` tells whether the server had said anything at all before. */
  | { readonly kind: 'no-answer'; readonly call: number; readonly heard: boolean; readonly trace: CallTrace }
  /** The server broke the protocol. */
  | { readonly kind: 'violation'; readonly call: number; readonly reason: string; readonly trace: CallTrace }
  /** The end of a call that its caller gave up; `confirmed`: the server has acknowledged a cancel. */
  | { readonly kind: 'abandoned'; readonly call: number; readonly confirmed?: boolean; readonly trace: CallTrace }
  /** A maybe call is on its way. */
  | { readonly kind: 'sent'; readonly call: number; readonly trace: CallTrace }
  /** The binding goes on with the server behind the mapper. */
  | { readonly kind: 'repointed'; readonly binding: number; readonly to: Address };

export interface ClientCounters {
  /** Response fragments that could not be kept: beyond the window, or of no possible message. */
  fragmentsRefused: number;
  /** Responses given up because they, or all unfinished ones together, grew too long. */
  messagesRefused: number;
  /** Calls given up because no fragment came through any more. */
  stalled: number;
  callbacksAnswered: number;
  /** PDUs that belong to no call: forged, late or lost. */
  strays: number;
}
