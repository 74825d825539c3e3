import { NIL_UUID, type Uuid, uuidKey } from '../bytes/uuid.ts';
import { type ClHeader, FLAGS1, NO_HINT } from '../pdu/cl/index.ts';
import type { CallSemantics, CallTrace, ClientInput, InterfaceId } from './client-types.ts';
import type { Address } from './contract.ts';

/** A server as one caller knows it: its address and what its PDUs have told. */
export interface Binding {
  readonly id: number;
  to: Address;
  viaMapper: boolean;
  /** Seconds since 1970; 0: not yet learnt. */
  serverBoot: number;
  interfaceHint: number;
  /** Context handles held, and when the next keep-alive for them is due. */
  handles: number;
  keepAliveAt: number;
  /** Activities without a call, the one used last at the end. */
  readonly idle: Activity[];
}

export type ActivityState = 'idle' | 'sending' | 'dispatched' | 'ack-pending';

export interface Activity {
  readonly id: Uuid;
  readonly key: string;
  readonly binding: Binding;
  state: ActivityState;
  /** Of the call in progress, or of the last one. */
  sequence: number;
  activityHint: number;
  call: Call | null;
  /** The acknowledgement of the last call, kept for a server that repeats its answer. */
  ack: { readonly header: ClHeader; readonly to: Address } | null;
  /** When the timer of the state runs out. */
  timerAt: number;
}

export interface Call extends CallTrace {
  readonly id: number;
  readonly semantics: CallSemantics;
  readonly header: ClHeader;
  readonly stub: Uint8Array;
  /** Of the next transmission; every one has its own ([MS-RPCE] 3.2.1.1.2). */
  serial: number;
  /** Time between transmissions, ms. */
  wait: number;
  lastHeard: number;
  lastSent: 'request' | 'ping';
  /** Nocalls with a body in a row. */
  nocalls: number;
  requests: number;
  pings: number;
  callbacks: number;
  heard: Partial<Record<string, number>>;
  answeredFrom: Address | null;
}

export const SEMANTICS_FLAGS: Readonly<Record<CallSemantics, number>> = {
  'at-most-once': 0,
  idempotent: FLAGS1.idempotent,
  maybe: FLAGS1.maybe | FLAGS1.idempotent,
};

export function newBinding(id: number, to: Address, viaMapper: boolean): Binding {
  return {
    id,
    to,
    viaMapper,
    serverBoot: 0,
    interfaceHint: NO_HINT,
    handles: 0,
    keepAliveAt: Number.POSITIVE_INFINITY,
    idle: [],
  };
}

export function newActivity(id: Uuid, binding: Binding): Activity {
  return {
    id,
    key: uuidKey(id),
    binding,
    state: 'idle',
    sequence: -1,
    activityHint: NO_HINT,
    call: null,
    ack: null,
    timerAt: Number.POSITIVE_INFINITY,
  };
}

export interface CallOptions {
  readonly drep: number;
  readonly flags2: number;
  readonly wait: number;
  readonly now: number;
}

export function newCall(input: ClientInput & { kind: 'call' }, activity: Activity, options: CallOptions): Call {
  const { call: id, semantics, stub, interfaceId, opnum, object = NIL_UUID } = input;
  return {
    id,
    semantics,
    stub,
    header: requestHeader(
      { interfaceId, opnum, object, semantics, activity: activity.id, sequence: activity.sequence },
      options,
    ),
    serial: 0,
    wait: options.wait,
    lastHeard: options.now,
    lastSent: 'request',
    nocalls: 0,
    requests: 0,
    pings: 0,
    callbacks: 0,
    heard: {},
    answeredFrom: null,
  };
}

export interface RequestNames {
  readonly interfaceId: InterfaceId;
  readonly opnum: number;
  readonly object: Uuid;
  readonly semantics: CallSemantics;
  readonly activity: Uuid;
  readonly sequence: number;
}

/** The header of a request that fits one PDU; server boot time, hints and serial number are filled in when it is sent. */
export function requestHeader(names: RequestNames, { drep, flags2 }: { drep: number; flags2: number }): ClHeader {
  return {
    flags1: FLAGS1.nofack | SEMANTICS_FLAGS[names.semantics],
    flags2,
    drep,
    object: names.object,
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
    authProtocol: 0,
    serial: 0,
  };
}
