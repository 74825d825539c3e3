import type { Uuid } from '../bytes/uuid.ts';
import type { ClType } from '../pdu/cl/index.ts';
import type { Address } from './contract.ts';

/** at-most-once: never executed twice; idempotent: may be; maybe: sent once, no answer of any kind (C706 6.1). */
export type CallSemantics = 'at-most-once' | 'idempotent' | 'maybe';

/** UUID and version of an interface; every InterfaceIdentity is one. */
export interface InterfaceId {
  readonly uuid: Uuid;
  readonly version: { readonly major: number; readonly minor: number };
}

/** What happened to a call on the wire, for those who ask why it failed: frozen, as it was when the call ended. */
export type CallTrace = ClCallTrace;

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
}
