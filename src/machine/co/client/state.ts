import { uuidKey } from '../../../bytes/uuid.ts';
import type { CoType, PresentationContext } from '../../../pdu/co/index.ts';
import type { CoCallTrace, InterfaceId } from '../../call.ts';
import type { Address } from '../../contract.ts';
import type { StreamOutbox } from '../../outbox.ts';
import type { Protection } from '../message/protect.ts';
import type { CoMessageSettings } from '../message/settings.ts';
import type { StubReassembly } from '../message/stub-reassembly.ts';
import type { ClientSecurity } from '../security.ts';
import type { CallEnd, CoClientEvent, CoClientInput } from './types.ts';

/** Timers and limits of a client over connections; times in ms. */
export interface CoClientSettings extends CoMessageSettings {
  /** ms for an answer to a bind or alter_context. */
  readonly bindTimeout: number;
  /** ms for an answer to a cancelled call, before it is given up. */
  readonly cancelTimeout: number;
  /** Whether calls may overlap on the connection, where the server allows it (PFC_CONC_MPX). */
  readonly multiplex: boolean;
}

/**
 * unbound: nothing sent yet. binding: a bind waits for its answer. bound: calls go. altering: an alter_context waits, and
 * calls on contexts that are agreed get their answers meanwhile. closed: for good.
 */
export type Phase = 'unbound' | 'binding' | 'bound' | 'altering' | 'closed';

/** A presentation context, asked for or agreed. */
export interface Context {
  readonly element: PresentationContext;
  /** The reason of a refusal, REJECT_REASON; null: accepted; undefined: not answered yet. */
  refusal: number | null | undefined;
}

export interface CoCall {
  readonly input: CoClientInput & { readonly kind: 'call' };
  readonly context: Context;
  /** call_id on the wire; 0: not begun. */
  callId: number;
  readonly answer: StubReassembly;
  requests: number;
  readonly heard: Partial<Record<CoType, number>>;
  /** Until when a cancelled call waits for its answer. */
  cancelledUntil: number | null;
}

/** What every part of the client machine works on. */
export interface CoClientContext {
  readonly settings: CoClientSettings;
  readonly server: Address;
  readonly drep: number;
  readonly security: ClientSecurity | null;
  readonly out: StreamOutbox<CoClientEvent>;
  readonly contexts: Map<string, Context>;
  /** By the caller's number: those that wait, in order, and those under way. */
  readonly waiting: Map<number, CoCall>;
  readonly active: Map<number, CoCall>;
  phase: Phase;
  protection: Protection | null;
  /** The bind or alter_context that waits for its answer. */
  negotiation: { readonly callId: number; readonly asked: readonly Context[]; until: number } | null;
  maxXmit: number;
  maxRecv: number;
  assocGroup: number;
  multiplex: boolean;
  /** The server has asked for the end of the connection. */
  shutdown: boolean;
  lastCallId: number;
  heardServer: boolean;
  bound: boolean;
}

export function contextKey({ uuid, version }: InterfaceId): string {
  return uuidKey(uuid) + String.fromCharCode(version.major, version.minor);
}

export function traceOf(context: CoClientContext, call: CoCall): CoCallTrace {
  return Object.freeze({
    protocol: 'co',
    reached: context.bound ? 'bound' : 'connected',
    requests: call.requests,
    heard: Object.freeze({ ...call.heard }),
    answeredFrom: context.heardServer ? context.server : null,
  });
}

/** The call is over. */
export function endCall(context: CoClientContext, call: CoCall, end: CallEnd): void {
  const { call: number } = call.input;
  context.waiting.delete(number);
  context.active.delete(number);
  context.out.event({ ...end, call: number, trace: traceOf(context, call) });
}

export function allCalls({ active, waiting }: CoClientContext): CoCall[] {
  return [...active.values(), ...waiting.values()];
}

/** The connection is over, and every call with it. */
export function endConnection(context: CoClientContext, endOf: (call: CoCall) => CallEnd): void {
  if (context.phase === 'closed') return;
  context.phase = 'closed';
  context.negotiation = null;
  for (const call of allCalls(context)) endCall(context, call, endOf(call));
  context.out.close();
}
