import { NIL_UUID, sameUuid, type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { type ClHeader, type ClType, FLAGS1, NO_HINT } from '../../../pdu/cl/index.ts';
import type { CallSemantics, ClCallTrace, ForeignDatagram, InterfaceId } from '../../call.ts';
import type { Address } from '../../contract.ts';
import type { Timed } from '../../schedule.ts';
import { INITIAL_PDU } from '../message/fragment-size.ts';
import type { ReceiveWindow } from '../message/receive-window.ts';
import type { SendWindow } from '../message/send-window.ts';
import type { ClientSecurity } from '../security.ts';
import type { ActivityState, CallState } from './transitions.ts';
import type { ClientInput } from './types.ts';

/** A server as one caller knows it: its address and what its PDUs have told. */
export interface Binding extends Timed {
  readonly id: number;
  to: Address;
  viaMapper: boolean;
  /** Makes the security of a new activity; null: calls are not secured. */
  readonly secure: (() => ClientSecurity) | null;
  /** Seconds since 1970; 0: not yet learnt. */
  serverBoot: number;
  /** What the server calls an interface, to find it faster: each has its own. */
  readonly hints: { readonly interfaceId: Uuid; hint: number }[];
  /** Whether the server's callbacks have offered overlapped calls. */
  overlaps: boolean;
  /** Largest PDU worth trying, bytes: lowered when larger ones vanish on the way. */
  maxPdu: number;
  /** Context handles held, and when the next keep-alive for them is due. */
  handles: number;
  keepAliveAt: number;
  /** Activities without a call, the one used last at the end. */
  readonly idle: Activity[];
  /** All that are remembered. */
  readonly activities: Set<Activity>;
}

export interface Activity extends Timed {
  readonly id: Uuid;
  readonly key: string;
  readonly binding: Binding;
  readonly security: ClientSecurity | null;
  /** The server's last challenge and the token that answers it; null: not acceptable. */
  credentials: { readonly challenge: Uint8Array; readonly token: Uint8Array | null } | null;
  state: ActivityState;
  /** Of the call that was started last. */
  sequence: number;
  activityHint: number;
  /** In progress, the lowest sequence number first; more than one only where calls overlap. */
  readonly calls: Call[];
  /** Calls that wait for their turn. */
  readonly queue: (ClientInput & { kind: 'call' })[];
  /** The acknowledgement of the last call, kept for a server that repeats its answer. */
  ack: { readonly call: ClHeader; readonly to: Address } | null;
  /** What the server is told of abandoned calls, and how often yet. */
  quit: { readonly header: ClHeader; left: number } | null;
  /** Nothing is known of the fate of one of its calls: no new one goes on it. */
  retired: boolean;
  /** What the peer was seen to take: PDU size in bytes, burst and window in fragments. */
  pduSize: number;
  burst: number;
  peerWindow: number;
  /** When the timer of the state runs out; calls in progress have their own. */
  timerAt: number;
}

export interface Call {
  readonly id: number;
  readonly activity: Activity;
  readonly semantics: CallSemantics;
  readonly sequence: number;
  readonly header: ClHeader;
  readonly stub: Uint8Array;
  state: CallState;
  /** The fragments of a request that needs more than one PDU, and of a response. */
  readonly send: SendWindow | null;
  receive: ReceiveWindow | null;
  /** PDU size of this call, bytes. */
  pduSize: number;
  /** Of the next transmission; every one has its own ([MS-RPCE] 3.2.1.1.2). */
  serial: number;
  /** Time between transmissions that nothing answers, ms. */
  wait: number;
  /** Time before the next question once the server has said that it works, ms. */
  pause: number;
  timerAt: number;
  /** Since when it waits for the server's next word; infinite: the server had the last one. */
  silentSince: number;
  /** When a part of the call last came through. */
  progressAt: number;
  /** A ping is not answered yet. */
  pinged: boolean;
  /** Nocalls in a row. */
  nocalls: number;
  /** The cancel that is not confirmed yet, and when the server's time for it is over. */
  cancel: { readonly id: number; readonly until: number; confirmed: boolean } | null;
  requests: number;
  pings: number;
  callbacks: number;
  readonly heard: Partial<Record<ClType, number>>;
  answeredFrom: Address | null;
  foreign: ForeignDatagram | null;
}

/** What its caller is told of it: taken at its end. */
export function traceOf({ requests, pings, heard, callbacks, answeredFrom, foreign }: Call): ClCallTrace {
  const trace = { protocol: 'cl', requests, pings, heard: Object.freeze(heard), callbacks, answeredFrom } as const;
  return Object.freeze(answeredFrom === null && foreign !== null ? { ...trace, foreign } : trace);
}

export const SEMANTICS_FLAGS: Readonly<Record<CallSemantics, number>> = {
  'at-most-once': 0,
  idempotent: FLAGS1.idempotent,
  maybe: FLAGS1.maybe | FLAGS1.idempotent,
};

export function newBinding({ binding: id, to, viaMapper = false, security }: BindInput, maxPdu: number): Binding {
  return {
    id,
    to,
    viaMapper,
    secure: security ?? null,
    serverBoot: 0,
    hints: [],
    overlaps: false,
    maxPdu,
    handles: 0,
    keepAliveAt: Number.POSITIVE_INFINITY,
    idle: [],
    activities: new Set(),
    scheduledAt: Number.POSITIVE_INFINITY,
  };
}

type BindInput = ClientInput & { kind: 'bind' };

export function newActivity(id: Uuid, binding: Binding): Activity {
  return {
    id,
    key: uuidKey(id),
    binding,
    security: binding.secure?.() ?? null,
    credentials: null,
    state: 'idle',
    sequence: -1,
    activityHint: NO_HINT,
    calls: [],
    queue: [],
    ack: null,
    quit: null,
    retired: false,
    pduSize: INITIAL_PDU,
    burst: 1,
    peerWindow: 1,
    timerAt: Number.POSITIVE_INFINITY,
    scheduledAt: Number.POSITIVE_INFINITY,
  };
}

/** Bytes of each PDU that the activity's security takes. */
export function overheadOf({ security }: Activity): number {
  return security === null ? 0 : security.overhead;
}

export function hintOf({ hints }: Binding, interfaceId: Uuid): number {
  return hints.find((known) => sameUuid(known.interfaceId, interfaceId))?.hint ?? NO_HINT;
}

export function learnHint({ hints }: Binding, interfaceId: Uuid, hint: number): void {
  const known = hints.find((other) => sameUuid(other.interfaceId, interfaceId));
  if (known === undefined) hints.push({ interfaceId, hint });
  else known.hint = hint;
}

export interface RequestNames {
  readonly interfaceId: InterfaceId;
  readonly opnum: number;
  readonly object?: Uuid | undefined;
  readonly semantics: CallSemantics;
  readonly activity: Uuid;
  readonly sequence: number;
}

/** The header of a request that fits one PDU; server boot time, hints and serial number are filled in when it is sent. */
export function requestHeader(
  names: RequestNames,
  own: { drep: number; flags2: number; authProtocol: number },
): ClHeader {
  return {
    flags1: FLAGS1.nofack | SEMANTICS_FLAGS[names.semantics],
    flags2: own.flags2,
    drep: own.drep,
    object: names.object ?? NIL_UUID,
    interfaceId: names.interfaceId.uuid,
    activity: names.activity,
    serverBoot: 0,
    interfaceMajor: names.interfaceId.version.major,
    interfaceMinor: names.interfaceId.version.minor,
    sequence: names.sequence,
    opnum: names.opnum,
    interfaceHint: NO_HINT,
    activityHint: NO_HINT,
    fragment: 0,
    authProtocol: own.authProtocol,
    serial: 0,
  };
}
