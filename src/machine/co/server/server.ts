import type { Uuid } from '../../../bytes/uuid.ts';
import { CO_LITTLE_ENDIAN, type CoType, decodeCo } from '../../../pdu/co/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import type { ServedInterface } from '../../call.ts';
import type { Address, Output, StreamInput, StreamMachine, StreamOutput } from '../../contract.ts';
import { StreamOutbox } from '../../outbox.ts';
import { type Fragment, FragmentReader } from '../message/fragment-reader.ts';
import { MESSAGE_SETTINGS } from '../message/settings.ts';
import type { ServerSecurity } from '../security.ts';
import { complete } from './answers.ts';
import { Associations } from './associations.ts';
import { takeCancel, takeOrphaned, takeRequest } from './calls.ts';
import { refuseVersion, takeAlterContext, takeAuth3, takeBind } from './negotiation.ts';
import {
  type CoServerContext,
  type CoServerSettings,
  type CoServerShared,
  endServing,
  interfaceKey,
  type Phase,
} from './state.ts';
import { type CoServerCounters, type CoServerEvent, type CoServerInput, newCoServerCounters } from './types.ts';

/*
 * The server of connection-oriented RPC ([MS-RPCE] 3.3.3, C706 11): one machine for each connection, and what they share.
 *
 * A bind agrees on interfaces; a security provider may need an auth3, or alter_contexts, before calls are let in. Calls of one
 * connection overlap where its client has asked for it. Whatever is not expected ends the connection: a stream that has lost its
 * order cannot find it again.
 */
type Action = 'bind' | 'alter' | 'auth3' | 'request' | 'cancel' | 'orphaned';

const TRANSITIONS: Record<Phase, Partial<Record<CoType, Action>>> = {
  unbound: { bind: 'bind' },
  authenticating: { auth3: 'auth3', alter_context: 'alter', orphaned: 'orphaned', co_cancel: 'cancel' },
  bound: { request: 'request', alter_context: 'alter', auth3: 'auth3', co_cancel: 'cancel', orphaned: 'orphaned' },
  closed: {},
};

/** Timers: the bind; the rest of a PDU; the rest of a request. */
const SETTINGS: CoServerSettings = {
  ...MESSAGE_SETTINGS,
  bindTimeout: 15_000,
  messageTimeout: 30_000,
  maxCalls: 64,
  maxContexts: 64,
};

export interface CoServerOptions {
  readonly newUuid: () => Uuid;
  /** An association group has ended: its context handles are void. */
  readonly onRundown?: (association: Uuid) => void;
  /** Default: no provider, so that nobody can authenticate. */
  readonly acceptSecurity?: (type: number, level: number) => ServerSecurity | null;
  readonly settings?: Partial<CoServerSettings>;
  /** NDR format label of the answers; the stubs of outcomes must be encoded alike. */
  readonly drep?: number;
}

/** What the connections of one server share. */
export class CoServer {
  readonly counters: CoServerCounters = newCoServerCounters();
  readonly #shared: CoServerShared;

  constructor({
    newUuid,
    onRundown = () => {},
    acceptSecurity = () => null,
    settings,
    drep = CO_LITTLE_ENDIAN,
  }: CoServerOptions) {
    this.#shared = {
      settings: { ...SETTINGS, ...settings },
      drep,
      interfaces: new Map(),
      associations: new Associations({ newUuid, onRundown }),
      counters: this.counters,
      acceptSecurity,
    };
  }

  serve(served: ServedInterface): void {
    this.#shared.interfaces.set(interfaceKey(served), served);
  }

  /** The machine of a new connection, from `client` to our `port`. */
  accept(client: Address, port: number, now: number): CoServerConnection {
    this.counters.connections += 1;
    return new CoServerConnection(this.#shared, client, port, now);
  }

  /** Association groups: for tests that nothing stays behind. */
  get size(): { readonly associations: number } {
    return { associations: this.#shared.associations.size };
  }
}

export class CoServerConnection implements StreamMachine<CoServerInput, CoServerEvent> {
  readonly #context: CoServerContext;
  readonly #reader = new FragmentReader();

  constructor(shared: CoServerShared, client: Address, port: number, now: number) {
    const { settings } = shared;
    this.#context = {
      ...shared,
      client,
      port,
      out: new StreamOutbox(),
      contexts: new Map(),
      calls: new Map(),
      phase: 'unbound',
      association: null,
      security: null,
      protection: null,
      denied: false,
      maxXmit: settings.maxFragment,
      multiplex: false,
      bindUntil: now + settings.bindTimeout,
      partialSince: null,
      lastCall: 0,
    };
    this.#context.out.arm(now + settings.bindTimeout);
  }

  /** Throws LocalMisuseError for a call that is not with the manager; whatever a chunk holds, it throws nothing. */
  handle(input: CoServerInput | StreamInput | { readonly kind: 'timer' }, now: number): void {
    const context = this.#context;
    switch (input.kind) {
      case 'chunk':
        return this.#receive(input.chunk, now);
      case 'ended':
        return endServing(context);
      case 'complete':
        return complete(context, input.call, input.outcome);
      case 'timer':
        if (context.out.due(now)) this.#expire(now);
    }
  }

  /** Whether its bind is accepted and its client has shown who it is, where it said that it would. */
  get bound(): boolean {
    return this.#context.phase === 'bound';
  }

  poll(): Output<CoServerEvent, StreamOutput> {
    return this.#context.out.poll();
  }

  #receive(chunk: Uint8Array, now: number): void {
    const context = this.#context;
    this.#reader.push(chunk);
    try {
      while (context.phase !== 'closed') {
        // Tokens may make a bind longer than any fragment of a call.
        const fragment = this.#reader.next(({ type }) => (type === 'request' ? context.settings.maxFragment : 0xffff));
        if (fragment === null) break;
        context.counters.packetsIn += 1;
        this.#take(fragment, now);
        context.partialSince = null;
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      context.counters.violations += 1;
      if (context.phase === 'unbound') refuseVersion(context);
      endServing(context);
    }
    this.#watchPartial(now);
  }

  #take(fragment: Fragment, now: number): void {
    const context = this.#context;
    const pdu = decodeCo(fragment.bytes);
    switch (TRANSITIONS[context.phase][pdu.type]) {
      case 'bind':
        return pdu.type === 'bind' ? takeBind(context, pdu) : undefined;
      case 'alter':
        return pdu.type === 'alter_context' ? takeAlterContext(context, pdu) : undefined;
      case 'auth3':
        return pdu.type === 'auth3' ? takeAuth3(context, pdu) : undefined;
      case 'request':
        return pdu.type === 'request' ? takeRequest(context, pdu, fragment, now) : undefined;
      case 'cancel':
        return pdu.type === 'co_cancel' ? takeCancel(context, pdu) : undefined;
      case 'orphaned':
        return pdu.type === 'orphaned' ? takeOrphaned(context, pdu) : undefined;
      default:
        throw new RemoteProtocolError(`${pdu.type} where none is due`);
    }
  }

  #watchPartial(now: number): void {
    const context = this.#context;
    if (this.#reader.held === 0 || context.partialSince !== null) return;
    context.partialSince = now;
    context.out.arm(now + context.settings.messageTimeout);
  }

  #expire(now: number): void {
    const context = this.#context;
    const { settings, bindUntil, partialSince, calls, out } = context;
    const deadlines = [bindUntil, ...(partialSince === null ? [] : [partialSince + settings.messageTimeout])];
    for (const call of calls.values())
      if (call.state === 'receiving') deadlines.push(call.startedAt + settings.messageTimeout);
    for (const deadline of deadlines) {
      if (deadline === null) continue;
      if (deadline > now) out.arm(deadline);
      else {
        context.counters.stalled += 1;
        return endServing(context);
      }
    }
  }
}
