import { type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { type ClHeader, FLAGS1 } from '../../../pdu/cl/index.ts';
import type { CallSemantics, ServedInterface } from '../../call.ts';
import type { Outbox } from '../../outbox.ts';
import type { Schedule } from '../../schedule.ts';
import type { ServerSettings } from '../dialects.ts';
import type { SecurityProvider } from '../security.ts';
import type { ClientCallbacks } from './callbacks.ts';
import type { Peer, ServerActivity, ServerCall } from './state.ts';
import type { ServerCounters, ServerEvent } from './types.ts';

/** What every part of the server machine works on. */
export interface ServerContext {
  readonly settings: ServerSettings;
  /** Seconds since 1970. */
  readonly bootTime: number;
  /** NDR format label of the answers. */
  readonly drep: number;
  readonly interfaces: Map<string, { readonly served: ServedInterface; readonly hint: number }>;
  readonly activities: Map<string, ServerActivity>;
  /** Activities of strangers, the oldest first: peers that have answered no callback, so that anybody may speak in their name. */
  readonly strangers: Set<ServerActivity>;
  readonly peers: Map<string, Peer>;
  readonly calls: Map<number, ServerCall>;
  /** Calls with missing fragments, the one without a new fragment for longest first. */
  readonly receiving: Set<ServerCall>;
  /** Activities that are being asked who they are, the oldest question first. */
  readonly asking: Map<number, ServerActivity>;
  /** Client processes known from callbacks, and when each was last heard of. */
  readonly clients: Map<string, { readonly addressSpace: Uuid; lastHeard: number }>;
  /** By auth_proto. */
  readonly security: ReadonlyMap<number, SecurityProvider>;
  readonly callbacks: ClientCallbacks;
  readonly counters: ServerCounters;
  readonly out: Outbox<ServerEvent>;
  /** Activities by when an answer of theirs is to be repeated unasked. */
  readonly repeats: Schedule<ServerActivity>;
  /** Fragments that wait for an earlier one, and bytes of unfinished requests. */
  fragments: number;
  reassembly: number;
  lastCall: number;
  lastCallback: number;
  sweepAt: number | null;
  /** Nocalls to strangers in the second that began then. */
  readonly strays: { since: number; nocalls: number };
}

export function interfaceKey(id: Uuid, major: number): string {
  return uuidKey(id) + String.fromCharCode(major);
}

export function interfaceOf({ interfaces }: ServerContext, { interfaceId, interfaceMajor }: ClHeader) {
  return interfaces.get(interfaceKey(interfaceId, interfaceMajor));
}

export function semanticsOf({ flags1 }: ClHeader): CallSemantics {
  if ((flags1 & (FLAGS1.maybe | FLAGS1.broadcast)) === FLAGS1.maybe) return 'maybe';
  return (flags1 & FLAGS1.idempotent) !== 0 ? 'idempotent' : 'at-most-once';
}

export function hear({ clients }: ServerContext, activity: ServerActivity, now: number): void {
  activity.lastHeard = now;
  const client = activity.addressSpace === null ? undefined : clients.get(uuidKey(activity.addressSpace));
  if (client !== undefined) client.lastHeard = now;
}

/** Keeps the books of what unfinished requests use. */
export function count(context: ServerContext, { peer }: ServerActivity, fragments: number, bytes: number): void {
  context.fragments += fragments;
  context.reassembly += bytes;
  peer.fragments += fragments;
  peer.reassembly += bytes;
}

export function findCall(activity: ServerActivity, sequence: number): ServerCall | undefined {
  return activity.calls.find((call) => call.sequence === sequence);
}
