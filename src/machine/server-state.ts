import type { Uuid } from '../bytes/uuid.ts';
import type { Request } from '../pdu/cl/index.ts';
import type { Address } from './contract.ts';

/** held: the callback is not answered yet. working: with the manager. sending: done, the client has not confirmed it. */
export type CallState = 'held' | 'working' | 'sending';

export interface ServerCall {
  readonly id: number;
  readonly activity: ServerActivity;
  readonly request: Request;
  state: CallState;
  /** Highest serial number of the client for this call. */
  serialSeen: number;
  /** The response, fault or reject as it was sent, for sending again. */
  answer: Uint8Array | null;
  answeredAt: number;
  /** Serial number of the answer's next transmission. */
  serial: number;
}

export interface ServerActivity {
  readonly key: string;
  readonly id: Uuid;
  readonly address: Address;
  /** Every call below was acknowledged, discarded or never happened. */
  lowestAllowed: number;
  /** Every sequence number from here on is new. */
  lowestUnused: number;
  readonly calls: ServerCall[];
  /** Who calls; null until a callback has told. */
  addressSpace: Uuid | null;
  /** The callback under way. */
  callback: { readonly id: number; readonly call: ServerCall } | null;
  lastHeard: number;
}

export function newServerActivity(
  key: string,
  id: Uuid,
  address: Address,
  sequence: number,
  now: number,
): ServerActivity {
  return {
    key,
    id,
    address,
    lowestAllowed: sequence,
    lowestUnused: sequence,
    calls: [],
    addressSpace: null,
    callback: null,
    lastHeard: now,
  };
}
