import type { Uuid } from '../../../bytes/uuid.ts';
import type { CallSemantics, ClCallTrace, InterfaceId } from '../../call.ts';
import type { Address } from '../../contract.ts';
import type { ClientSecurity } from '../security.ts';

/** Numbers of bindings and calls are the caller's own choice. */
export type ClientInput =
  | {
      readonly kind: 'bind';
      readonly binding: number;
      readonly to: Address;
      /** The address is the endpoint mapper's: go on with whoever answers ([MS-RPCE] 3.2.2.5). */
      readonly viaMapper?: boolean;
      /** Makes the security of each new activity; default: calls are not secured. */
      readonly security?: () => ClientSecurity;
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

export type ClientEvent =
  | {
      readonly kind: 'response';
      readonly call: number;
      readonly stub: Uint8Array;
      readonly littleEndian: boolean;
      readonly trace: ClCallTrace;
    }
  /** `status` is the number on the wire. */
  | { readonly kind: 'fault' | 'reject'; readonly call: number; readonly status: number; readonly trace: ClCallTrace }
  /** Silence: `heard` tells whether the server had said anything at all before. */
  | { readonly kind: 'no-answer'; readonly call: number; readonly heard: boolean; readonly trace: ClCallTrace }
  /** The server broke the protocol. */
  | { readonly kind: 'violation'; readonly call: number; readonly reason: string; readonly trace: ClCallTrace }
  /** The end of a call that its caller gave up; `confirmed`: the server has acknowledged a cancel. */
  | { readonly kind: 'abandoned'; readonly call: number; readonly confirmed?: boolean; readonly trace: ClCallTrace }
  /** A maybe call is on its way. */
  | { readonly kind: 'sent'; readonly call: number; readonly trace: ClCallTrace }
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
