import type { Uuid } from '../../../bytes/uuid.ts';
import type { InterfaceId, Outcome } from '../../call.ts';
import type { CallSecurity } from '../security.ts';

export type CoServerInput = { readonly kind: 'complete'; readonly call: number; readonly outcome: Outcome };

export type CoServerEvent =
  /** Execute this operation and answer with `complete`, or with nothing when it is a maybe call. */
  | {
      readonly kind: 'dispatch';
      /** A number of this connection's own. */
      readonly call: number;
      readonly interfaceId: InterfaceId;
      readonly opnum: number;
      readonly object: Uuid;
      readonly stub: Uint8Array;
      /** Byte order of the stub. Answer in the server's own. */
      readonly littleEndian: boolean;
      /** The association group: context handles belong to it. */
      readonly association: Uuid;
      readonly security: CallSecurity | null;
      readonly maybe: boolean;
    }
  /** The client has cancelled a call that is with the manager, or given it up: where `answerable`, it still takes an answer. */
  | { readonly kind: 'cancelled'; readonly call: number; readonly answerable: boolean };

/** What all connections of one server have done. */
export interface CoServerCounters {
  /** Calls dispatched, and answered. */
  callsIn: number;
  callsOut: number;
  /** PDUs. */
  packetsIn: number;
  packetsOut: number;
  connections: number;
  /** Connections that ended because what came was no PDU, or not the one that was due. */
  violations: number;
  /** Binds refused, and calls refused because of their signature or credentials. */
  bindsRefused: number;
  unauthenticated: number;
  /** Calls refused because too many, or too long ones, were under way. */
  callsRefused: number;
  /** Connections that ended because a bind, the rest of a PDU or the rest of a request did not come in time. */
  stalled: number;
  cancels: number;
}

export function newCoServerCounters(): CoServerCounters {
  return {
    callsIn: 0,
    callsOut: 0,
    packetsIn: 0,
    packetsOut: 0,
    connections: 0,
    violations: 0,
    bindsRefused: 0,
    unauthenticated: 0,
    callsRefused: 0,
    stalled: 0,
    cancels: 0,
  };
}
