import type { Uuid } from '../../../bytes/uuid.ts';
import type { InterfaceId, Outcome, ServedInterface } from '../../call.ts';
import type { Address } from '../../contract.ts';
import type { ActivitySecurity } from '../security.ts';

export type ServerInput =
  | { readonly kind: 'serve'; readonly interface: ServedInterface }
  | { readonly kind: 'datagram'; readonly datagram: Uint8Array; readonly from: Address }
  | { readonly kind: 'complete'; readonly call: number; readonly outcome: Outcome };

export type ServerEvent =
  /** Execute this operation and answer with `complete`, or with nothing when it is a maybe call. */
  | {
      readonly kind: 'dispatch';
      readonly call: number;
      readonly interfaceId: InterfaceId;
      readonly opnum: number;
      readonly object: Uuid;
      readonly stub: Uint8Array;
      /** Byte order of the stub. Answer in the server's own. */
      readonly littleEndian: boolean;
      readonly from: Address;
      readonly activity: Uuid;
      readonly sequence: number;
      /** The client process that calls; null where no callback was needed. */
      readonly addressSpace: Uuid | null;
      readonly maybe: boolean;
      /** The context that its request came in; null: unsecured. */
      readonly security: ActivitySecurity | null;
    }
  /** The client has cancelled a call that is with the manager, or given it up: where `answerable`, it still takes an answer. */
  | { readonly kind: 'cancelled'; readonly call: number; readonly answerable: boolean }
  /** A client process has been silent too long: its context handles are void ([MS-RPCE] 3.2.3.1.6). */
  | { readonly kind: 'rundown'; readonly addressSpace: Uuid };

/** What a datagram server has heard, answered and dropped so far. */
export interface ServerCounters {
  /** Calls dispatched, and answered. */
  callsIn: number;
  callsOut: number;
  packetsIn: number;
  packetsOut: number;
  /** Requests that were no first ones: repeated, late or forged. */
  duplicates: number;
  callbacks: number;
  callbacksFailed: number;
  rejected: number;
  /** Datagrams that were no PDU, or a PDU that no server takes. */
  garbage: number;
  /** Secured requests that could not be read, or had to wait for a key where there was no room. */
  unreadable: number;
  cancels: number;
  /** What the limits cost: idle activities forgotten for new ones, and new ones refused when none was idle. */
  activitiesEvicted: number;
  activitiesRefused: number;
  /** Unconfirmed answers forgotten for new calls, and new calls refused when there was none. */
  callsEvicted: number;
  callsRefused: number;
  /** Fragments dropped because too many wait for an earlier one, or because they belong to no possible message. */
  fragmentsRefused: number;
  /** Requests given up because they, or all unfinished ones together, grew too long. */
  messagesRefused: number;
  /** Callbacks given up for new ones, and not begun. */
  callbacksEvicted: number;
  callbacksRefused: number;
  /** Pings of strangers that drew no nocall. */
  nocallsRefused: number;
  /** Datagrams held back from an address that has answered no callback yet. */
  amplificationRefused: number;
  /** Calls forgotten because nothing of them came through any more. */
  stalled: number;
}

export function newServerCounters(): ServerCounters {
  return {
    callsIn: 0,
    callsOut: 0,
    packetsIn: 0,
    packetsOut: 0,
    duplicates: 0,
    callbacks: 0,
    callbacksFailed: 0,
    rejected: 0,
    garbage: 0,
    unreadable: 0,
    cancels: 0,
    activitiesEvicted: 0,
    activitiesRefused: 0,
    callsEvicted: 0,
    callsRefused: 0,
    fragmentsRefused: 0,
    messagesRefused: 0,
    callbacksEvicted: 0,
    callbacksRefused: 0,
    nocallsRefused: 0,
    amplificationRefused: 0,
    stalled: 0,
  };
}
