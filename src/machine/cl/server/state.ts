import type { Uuid } from '../../../bytes/uuid.ts';
import type { ClHeader } from '../../../pdu/cl/index.ts';
import type { Outcome } from '../../call.ts';
import type { Address } from '../../contract.ts';
import type { Timed } from '../../schedule.ts';
import { INITIAL_PDU } from '../message/fragment-size.ts';
import type { ReceiveWindow } from '../message/receive-window.ts';
import type { SendWindow } from '../message/send-window.ts';
import type { Acceptance, ActivitySecurity } from '../security.ts';
import type { CallState } from './transitions.ts';

export interface ServerCall {
  readonly id: number;
  readonly activity: ServerActivity;
  /** What its request came in, and its answer goes in; null: unsecured. */
  readonly security: ActivitySecurity | null;
  /** Of the fragment that came first. */
  readonly header: ClHeader;
  readonly sequence: number;
  /** What finds the interface again without a search: sent back by clients that remember it. */
  readonly interfaceHint: number;
  state: CallState;
  /** The arguments, as far as they are complete. */
  stub: Uint8Array;
  receive: ReceiveWindow | null;
  /** PDU size of this call, bytes. */
  readonly pduSize: number;
  /** Highest serial number of the client for this call. */
  serialSeen: number;
  /** The response, fault or reject in one PDU, for sending again; a longer response has its window. */
  answer: Outcome | null;
  send: SendWindow | null;
  /** The answer waits: it is larger than what an address may get that has answered no callback yet. */
  blocked: boolean;
  /** Serial number of the answer's next transmission. */
  serial: number;
  /** When the answer was last sent, and how often unasked. */
  answeredAt: number;
  repeats: number;
  /** When a part of the call last came through. */
  progressAt: number;
  /** Pings since its last fragment. */
  asked: number;
  /** Serial number that the last fack answered. */
  told: number;
  /** The last cancel of it; 0: none. */
  cancelId: number;
}

export interface ServerActivity extends Timed {
  readonly key: string;
  readonly id: Uuid;
  address: Address;
  peer: Peer;
  /** Every call below was acknowledged, discarded or never happened. */
  lowestAllowed: number;
  /** Every sequence number from here on is new. */
  lowestUnused: number;
  /** Numbers below that which were overtaken by overlapped calls and are still new. */
  readonly overtaken: Set<number>;
  readonly calls: ServerCall[];
  /** Who calls; null until a callback has told. */
  addressSpace: Uuid | null;
  /** auth_proto of all its requests. */
  readonly authProtocol: number;
  /** Its security contexts by key_vers_num; null: none yet. */
  contexts: Map<number, ActivitySecurity> | null;
  /** Secured requests that nobody can read yet, as they came. */
  sealed: Uint8Array[];
  /** The callback under way; `acceptance`: the context that it asks for. */
  callback: {
    readonly id: number;
    readonly sequence: number;
    readonly overlaps: boolean;
    readonly acceptance: { readonly key: number; readonly of: Acceptance } | null;
    /** The request from another address that it asks about. */
    readonly move: Move | null;
    /** Who is asked. */
    readonly peer: Peer;
  } | null;
  /** The cancel that removed a call, for a client that repeats it. */
  cancelled: { readonly sequence: number; readonly id: number } | null;
  /** What the peer was seen to take: PDU size in bytes, burst and window in fragments. */
  pduSize: number;
  burst: number;
  peerWindow: number;
  lastHeard: number;
  /** The time by which it stands in line for being forgotten. */
  linedUpAt: number;
}

/** A request of a known activity that came from elsewhere. */
export interface Move {
  readonly to: Address;
  readonly datagram: Uint8Array;
}

/** An address as long as it has activities: what it uses of the limits, and what it may be sent. */
export interface Peer {
  readonly key: string;
  readonly activities: Set<ServerActivity>;
  /** It has answered a callback. */
  proven: boolean;
  received: number;
  sent: number;
  calls: number;
  callbacks: number;
  fragments: number;
  reassembly: number;
}

/** Bytes of each PDU that the call's security takes. */
export function overheadOf({ security }: ServerCall): number {
  return security === null ? 0 : security.overhead;
}

export function newServerActivity(
  key: string,
  { activity, sequence, authProtocol }: ClHeader,
  address: Address,
  peer: Peer,
  now: number,
): ServerActivity {
  return {
    key,
    id: activity.slice(),
    address,
    peer,
    lowestAllowed: sequence,
    lowestUnused: sequence,
    overtaken: new Set(),
    calls: [],
    addressSpace: null,
    authProtocol,
    contexts: null,
    sealed: [],
    callback: null,
    cancelled: null,
    pduSize: INITIAL_PDU,
    burst: 1,
    peerWindow: 1,
    lastHeard: now,
    linedUpAt: now,
    scheduledAt: Number.POSITIVE_INFINITY,
  };
}

export function newPeer(key: string): Peer {
  return {
    key,
    activities: new Set(),
    proven: false,
    received: 0,
    sent: 0,
    calls: 0,
    callbacks: 0,
    fragments: 0,
    reassembly: 0,
  };
}

export function peerKey({ host, port }: Address): string {
  return `${host} ${port}`;
}
