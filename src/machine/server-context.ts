import { type Uuid, uuidKey } from '../bytes/uuid.ts';
import { type ClHeader, FLAGS1, type Request } from '../pdu/cl/index.ts';
import type { ClientCallbacks } from './client-callbacks.ts';
import type { CallSemantics } from './client-types.ts';
import type { Address } from './contract.ts';
import type { Outbox } from './outbox.ts';
import type { ServerActivity, ServerCall } from './server-state.ts';
import type { ServedInterface, ServerCounters, ServerEvent } from './server-types.ts';
import type { ServerSettings } from './settings.ts';

/** What every part of the server machine works on. */
export interface ServerContext {
  readonly settings: ServerSettings;
  /** Seconds since 1970. */
  readonly bootTime: number;
  /** NDR format label of the answers. */
  readonly drep: number;
  readonly interfaces: Map<string, { readonly served: ServedInterface; readonly hint: number }>;
  readonly activities: Map<string, ServerActivity>;
  readonly calls: Map<number, ServerCall>;
  /** Client processes known from callbacks, and when each was last heard of. */
  readonly clients: Map<string, { readonly addressSpace: Uuid; lastHeard: number }>;
  readonly callbacks: ClientCallbacks;
  readonly counters: ServerCounters;
  readonly out: Outbox<ServerEvent>;
  lastCall: number;
  sweepAt: number | null;
}

export function interfaceKey(id: Uuid, major: number): string {
  return uuidKey(id) + String.fromCharCode(major);
}

export function interfaceOf({ interfaces }: ServerContext, { interfaceId, interfaceMajor }: ClHeader) {
  return interfaces.get(interfaceKey(interfaceId, interfaceMajor));
}

export function semanticsOf({ header }: Request): CallSemantics {
  if ((header.flags1 & (FLAGS1.maybe | FLAGS1.broadcast)) === FLAGS1.maybe) return 'maybe';
  return (header.flags1 & FLAGS1.idempotent) !== 0 ? 'idempotent' : 'at-most-once';
}

export function hear({ clients }: ServerContext, activity: ServerActivity, now: number): void {
  activity.lastHeard = now;
  const client = activity.addressSpace === null ? undefined : clients.get(uuidKey(activity.addressSpace));
  if (client !== undefined) client.lastHeard = now;
}

export function transmit({ counters, out }: ServerContext, datagram: Uint8Array, to: Address): void {
  counters.packetsOut += 1;
  out.transmit(datagram, to);
}
