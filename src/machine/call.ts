import type { Uuid } from '../bytes/uuid.ts';
import type { ClType } from '../pdu/cl/index.ts';
import type { CoType } from '../pdu/co/index.ts';
import type { Address } from './contract.ts';

/** at-most-once: never executed twice; idempotent: may be; maybe: sent once, no answer of any kind (C706 6.1). */
export type CallSemantics = 'at-most-once' | 'idempotent' | 'maybe';

/** UUID and version of an interface; every InterfaceIdentity is one. */
export interface InterfaceId {
  readonly uuid: Uuid;
  readonly version: { readonly major: number; readonly minor: number };
}

/** An interface that the server offers; operation numbers from 0 to `operations` − 1 are dispatched. */
export interface ServedInterface extends InterfaceId {
  readonly operations: number;
}

/** How an operation ended. A fault says that it may have been executed, a reject that it was not. */
export type Outcome =
  | { readonly kind: 'response'; readonly stub: Uint8Array }
  | { readonly kind: 'fault' | 'reject'; readonly status: number };

/** What happened to a call on the wire, for those who ask why it failed: frozen, as it was when the call ended. */
export type CallTrace = ClCallTrace | CoCallTrace;

/** Of a call over connectionless RPC. */
export interface ClCallTrace {
  readonly protocol: 'cl';
  /** Request PDUs sent, the first one included. */
  readonly requests: number;
  readonly pings: number;
  /** PDUs of the server for this call, by type. */
  readonly heard: Readonly<Partial<Record<ClType, number>>>;
  /** Conversation callbacks that asked about it. */
  readonly callbacks: number;
  /** Where the last PDU or callback came from. */
  readonly answeredFrom: Address | null;
  /** What the host of the server sent first that is no PDU, where no PDU came. */
  readonly foreign?: ForeignDatagram;
}

/** A datagram of something else: its length, and its first eight bytes. */
export interface ForeignDatagram {
  readonly length: number;
  readonly begins: Uint8Array;
}

export function foreignDatagram(datagram: Uint8Array): ForeignDatagram {
  return { length: datagram.length, begins: datagram.slice(0, 8) };
}

/** Of a call over connection-oriented RPC. */
export interface CoCallTrace {
  readonly protocol: 'co';
  /** How far the connection had come: nothing, a connection, or an accepted bind. */
  readonly reached: 'nothing' | 'connected' | 'bound';
  /** Request PDUs sent, the fragments of one request each. */
  readonly requests: number;
  /** PDUs of the server for this call and for the bind or alter_context ahead of it, by type. */
  readonly heard: Readonly<Partial<Record<CoType, number>>>;
  /** The server, once it had said anything. */
  readonly answeredFrom: Address | null;
}
