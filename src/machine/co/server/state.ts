import { uuidKey } from '../../../bytes/uuid.ts';
import type { PresentationSyntax } from '../../../pdu/co/index.ts';
import type { ServedInterface } from '../../call.ts';
import type { StreamOutbox } from '../../outbox.ts';
import type { Protection } from '../message/protect.ts';
import type { CoMessageSettings } from '../message/settings.ts';
import type { StubReassembly } from '../message/stub-reassembly.ts';
import type { ServerSecurity } from '../security.ts';
import type { Association, Associations } from './associations.ts';
import type { CoServerCounters, CoServerEvent } from './types.ts';

/** Timers and limits of a connection's server, ms. */
export interface CoServerSettings extends CoMessageSettings {
  /** From the connection to a bind that is accepted, all messages of authentication included. */
  readonly bindTimeout: number;
  /** From the first byte of a PDU to its last, and from the first fragment of a request to its last. */
  readonly messageTimeout: number;
  /** Most calls under way on one connection; beyond it they are refused with nca_s_server_too_busy. */
  readonly maxCalls: number;
  /** Most presentation contexts of one connection. */
  readonly maxContexts: number;
}

/** unbound: waits for a bind. authenticating: waits for the rest of the security provider's messages. bound: calls come. */
export type Phase = 'unbound' | 'authenticating' | 'bound' | 'closed';

/** What a server offers, for all its connections. */
export interface CoServerShared {
  readonly settings: CoServerSettings;
  readonly drep: number;
  readonly interfaces: Map<string, ServedInterface>;
  readonly associations: Associations;
  readonly counters: CoServerCounters;
  /** The server end of a security provider; null: it has none of that type and level. */
  readonly acceptSecurity: (type: number, level: number) => ServerSecurity | null;
}

export interface CoServerCall {
  readonly id: number;
  readonly callId: number;
  readonly contextId: number;
  readonly served: ServedInterface;
  readonly request: StubReassembly;
  state: 'receiving' | 'working';
  cancels: number;
  /** Given up: nobody reads the answer. */
  orphaned: boolean;
  startedAt: number;
}

export interface CoServerContext extends CoServerShared {
  readonly client: { readonly host: string; readonly port: number };
  /** The port that the client has reached, for the secondary address. */
  readonly port: number;
  readonly out: StreamOutbox<CoServerEvent>;
  readonly contexts: Map<number, ServedInterface>;
  readonly calls: Map<number, CoServerCall>;
  phase: Phase;
  association: Association | null;
  security: (Omit<Protection, 'context'> & { readonly context: ServerSecurity }) | null;
  /** Set when the security provider is done: from now on calls are signed as agreed. */
  protection: Protection | null;
  /** The last message of the security provider was wrong: every call is refused ([MS-RPCE] 3.3.1.5.2). */
  denied: boolean;
  maxXmit: number;
  multiplex: boolean;
  bindUntil: number | null;
  /** Since when the PDU that is coming has been incomplete. */
  partialSince: number | null;
  lastCall: number;
}

export function interfaceKey({ uuid, version }: PresentationSyntax): string {
  return uuidKey(uuid) + String.fromCharCode(version.major);
}

export function sendPdu({ out, counters }: CoServerContext, bytes: Uint8Array): void {
  counters.packetsOut += 1;
  out.transmit(bytes);
}

/** The connection is over; calls that are with their managers are cancelled. */
export function endServing(context: CoServerContext): void {
  if (context.phase === 'closed') return;
  context.phase = 'closed';
  for (const call of context.calls.values())
    if (call.state === 'working') context.out.event({ kind: 'cancelled', call: call.id, answerable: false });
  context.calls.clear();
  if (context.association !== null) context.associations.leave(context.association);
  context.association = null;
  context.out.close();
}
