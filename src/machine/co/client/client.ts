import { CO_LITTLE_ENDIAN, type CoPdu, type CoType, decodeCo } from '../../../pdu/co/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import type { Address, Output, StreamInput, StreamMachine, StreamOutput } from '../../contract.ts';
import { StreamOutbox } from '../../outbox.ts';
import { type Fragment, FragmentReader } from '../message/fragment-reader.ts';
import { MESSAGE_SETTINGS } from '../message/settings.ts';
import type { ClientSecurity } from '../security.ts';
import { abandon, advance, cancel, enqueue, expireCancels, hear, takeFault, takeResponse } from './calls.ts';
import { alterIfNeeded, bind, takeAck } from './negotiation.ts';
import { allCalls, type CoClientContext, type CoClientSettings, endCall, endConnection, type Phase } from './state.ts';
import type { CoClientEvent, CoClientInput } from './types.ts';
import { violate } from './violate.ts';

/*
 * The client of connection-oriented RPC ([MS-RPCE] 3.3.2, C706 11), for one connection.
 *
 * The first call binds: it asks for its interface, for bind-time features, and begins to authenticate. A security provider with
 * three messages ends by an auth3, which nobody answers; one with more goes on in alter_contexts. A call on an interface that
 * was not asked for yet makes one as well. Calls wait for their context, and without multiplexing for each other.
 */
type Action = 'agreed' | 'nak' | 'response' | 'fault' | 'shutdown';

const TRANSITIONS: Record<Phase, Partial<Record<CoType, Action>>> = {
  unbound: {},
  binding: { bind_ack: 'agreed', bind_nak: 'nak', fault: 'fault' },
  bound: { response: 'response', fault: 'fault', shutdown: 'shutdown' },
  altering: { alter_context_resp: 'agreed', response: 'response', fault: 'fault', shutdown: 'shutdown' },
  closed: {},
};

/** Timers: the answer to a bind or alter_context; the answer to a cancelled call. */
const SETTINGS: CoClientSettings = { ...MESSAGE_SETTINGS, bindTimeout: 10_000, cancelTimeout: 5_000, multiplex: true };

export interface CoClientOptions {
  /** Whom the connection leads to, for traces. */
  readonly server: Address;
  readonly security?: ClientSecurity | null;
  /** To share context handles with another connection to the same server; 0, the default: a new group. */
  readonly assocGroup?: number;
  readonly settings?: Partial<CoClientSettings>;
  /** NDR format label of what goes out; the stubs of calls must be encoded alike. */
  readonly drep?: number;
}

export class CoClient implements StreamMachine<CoClientInput, CoClientEvent> {
  readonly #context: CoClientContext;
  readonly #reader = new FragmentReader();

  constructor({
    server,
    security = null,
    assocGroup = 0,
    settings: changed,
    drep = CO_LITTLE_ENDIAN,
  }: CoClientOptions) {
    const settings = { ...SETTINGS, ...changed };
    this.#context = {
      settings,
      server,
      drep,
      security,
      out: new StreamOutbox(),
      contexts: new Map(),
      waiting: new Map(),
      active: new Map(),
      phase: 'unbound',
      protection: null,
      negotiation: null,
      maxXmit: settings.maxFragment,
      maxRecv: settings.maxFragment,
      assocGroup,
      multiplex: false,
      shutdown: false,
      lastCallId: 0,
      heardServer: false,
      bound: false,
    };
  }

  /** Of the bound connection: for others that want to share its context handles. */
  get assocGroup(): number {
    return this.#context.assocGroup;
  }

  /** Throws LocalMisuseError for a number that is taken; whatever a chunk holds, it throws nothing. */
  handle(input: CoClientInput | StreamInput | { readonly kind: 'timer' }, now: number): void {
    const context = this.#context;
    switch (input.kind) {
      case 'call':
        return this.#call(input, now);
      case 'abandon':
        return abandon(context, input.call);
      case 'cancel':
        return cancel(context, input.call, now);
      case 'chunk':
        return this.#receive(input.chunk, now);
      case 'ended':
        return endConnection(context, (call) => ({ kind: 'no-answer', heard: Object.keys(call.heard).length > 0 }));
      case 'timer':
        if (context.out.due(now)) this.#expire(now);
    }
  }

  poll(): Output<CoClientEvent, StreamOutput> {
    return this.#context.out.poll();
  }

  #call(input: CoClientInput & { kind: 'call' }, now: number): void {
    const context = this.#context;
    const call = enqueue(context, input);
    const { refusal } = call.context;
    if (context.phase === 'closed') return endCall(context, call, { kind: 'no-answer', heard: false });
    if (typeof refusal === 'number')
      return endCall(context, call, { kind: 'refused', what: 'interface', reason: refusal });
    if (context.phase === 'unbound') return bind(context, now);
    alterIfNeeded(context, now);
    advance(context);
  }

  #receive(chunk: Uint8Array, now: number): void {
    const context = this.#context;
    this.#reader.push(chunk);
    try {
      while (context.phase !== 'closed') {
        // A token may make the answer to a bind longer than any fragment of a call.
        const fragment = this.#reader.next(({ type }) => (DATA.has(type) ? context.maxRecv : 0xffff));
        if (fragment === null) return;
        this.#take(fragment, now);
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      violate(context, error.message);
    }
  }

  #take(fragment: Fragment, now: number): void {
    const context = this.#context;
    const pdu = decodeCo(fragment.bytes);
    context.heardServer = true;
    switch (TRANSITIONS[context.phase][pdu.type]) {
      case 'agreed':
        for (const call of context.waiting.values()) hear(call, pdu);
        return pdu.type === 'bind_ack' || pdu.type === 'alter_context_resp' ? takeAck(context, pdu, now) : undefined;
      case 'nak':
        return this.#refuse(pdu);
      case 'response':
        if (pdu.type === 'response') takeResponse(context, pdu, fragment);
        return this.#endWhenDone();
      case 'fault':
        return this.#fault(pdu);
      case 'shutdown':
        context.shutdown = true;
        return this.#endWhenDone();
      default:
        violate(context, `the server sent ${pdu.type}`);
    }
  }

  #refuse(pdu: CoPdu): void {
    for (const call of this.#context.waiting.values()) hear(call, pdu);
    if (pdu.type === 'bind_nak')
      endConnection(this.#context, () => ({ kind: 'refused', what: 'bind', reason: pdu.reason }));
  }

  /** A fault may answer a bind or alter_context as well: credentials that the server does not take. */
  #fault(pdu: CoPdu): void {
    const context = this.#context;
    if (pdu.type !== 'fault') return;
    if (context.negotiation?.callId !== pdu.header.callId) {
      takeFault(context, pdu);
      return this.#endWhenDone();
    }
    for (const call of context.waiting.values()) hear(call, pdu);
    endConnection(context, () => ({ kind: 'reject', status: pdu.status }));
  }

  /** The server has asked for the end: after the calls that it has. */
  #endWhenDone(): void {
    const context = this.#context;
    if (context.shutdown && context.active.size === 0)
      endConnection(context, () => ({ kind: 'no-answer', heard: false }));
  }

  #expire(now: number): void {
    const context = this.#context;
    expireCancels(context, now);
    const { negotiation } = context;
    if (negotiation === null) return;
    if (negotiation.until > now) return context.out.arm(negotiation.until);
    endConnection(context, (call) => ({ kind: 'no-answer', heard: Object.keys(call.heard).length > 0 }));
  }

  /** What is remembered: for tests that nothing stays behind. */
  get size(): { readonly calls: number; readonly held: number } {
    return { calls: allCalls(this.#context).length, held: this.#reader.held };
  }
}

const DATA: ReadonlySet<CoType> = new Set(['response', 'fault']);
