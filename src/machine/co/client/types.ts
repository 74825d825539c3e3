import type { Uuid } from '../../../bytes/uuid.ts';
import type { CoCallTrace, InterfaceId } from '../../call.ts';

/** Numbers of calls are the caller's own choice. */
export type CoClientInput =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly interfaceId: InterfaceId;
      readonly opnum: number;
      readonly stub: Uint8Array;
      readonly object?: Uuid;
      /** The server sends no answer. */
      readonly maybe?: boolean;
    }
  /** Nobody waits for this call any more: it ends at once as `abandoned`, and the server is told (orphaned). */
  | { readonly kind: 'abandon'; readonly call: number }
  /** Asks the server to end this call (co_cancel): it ends with the answer that comes, or as `abandoned` after a while. */
  | { readonly kind: 'cancel'; readonly call: number };

export type CoClientEvent =
  | {
      readonly kind: 'response';
      readonly call: number;
      readonly stub: Uint8Array;
      readonly littleEndian: boolean;
      readonly trace: CoCallTrace;
    }
  /** `status` is the number on the wire; a reject is a fault that says it was not executed. */
  | { readonly kind: 'fault' | 'reject'; readonly call: number; readonly status: number; readonly trace: CoCallTrace }
  /** The server takes no such bind (`reason`: NAK_REASON), or no such interface (REJECT_REASON). */
  | {
      readonly kind: 'refused';
      readonly call: number;
      readonly what: 'bind' | 'interface';
      readonly reason: number;
      readonly trace: CoCallTrace;
    }
  /** The credentials, or what the server said of them, were wrong: `error` is what the security provider threw. */
  | { readonly kind: 'unauthenticated'; readonly call: number; readonly error: unknown; readonly trace: CoCallTrace }
  /** The connection ended, or the bind was not answered in time; `heard`: of this call. */
  | { readonly kind: 'no-answer'; readonly call: number; readonly heard: boolean; readonly trace: CoCallTrace }
  /** The server broke the protocol. */
  | { readonly kind: 'violation'; readonly call: number; readonly reason: string; readonly trace: CoCallTrace }
  | { readonly kind: 'abandoned'; readonly call: number; readonly confirmed?: boolean; readonly trace: CoCallTrace }
  /** A maybe call is on its way. */
  | { readonly kind: 'sent'; readonly call: number; readonly trace: CoCallTrace };

/** An event without what all of them say. */
export type CallEnd = CoClientEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'call' | 'trace'>
    : never
  : never;
