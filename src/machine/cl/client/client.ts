import { type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { type ClPdu, type ClType, DREP_LITTLE_ENDIAN, FLAGS2 } from '../../../pdu/cl/index.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import type { Address, Machine, Output } from '../../contract.ts';
import { Outbox } from '../../outbox.ts';
import { type ClientSettings, DIALECTS, type Dialect } from '../dialects.ts';
import { decodeOrNull, sequenceDifference } from '../message/reply.ts';
import { acknowledge, acknowledgeOld, flush, sendAck, wantsAnswer } from './acknowledge.ts';
import { admit, hear, learn } from './admit.ts';
import { fail, serverWorks, takeNocall, takeRequestFack, takeResponse, violate } from './answers.ts';
import { detach, startCall } from './calls.ts';
import { type ClientContext, findBinding } from './context.ts';
import { answerCallback, type Callback, isCallback } from './conversation-manager.ts';
import { emit } from './emit.ts';
import { abandon, cancel, quitAgain, takeCancelAck, withdraw } from './end.ts';
import { hold, release } from './keep-alive.ts';
import { type Activity, type ActivityState, type Binding, type Call, type CallState, newBinding } from './state.ts';
import { expire } from './timers.ts';
import type { ClientCounters, ClientEvent, ClientInput } from './types.ts';

/*
 * The client of connectionless RPC ([MS-RPCE] 3.2.2, C706 10.2), for one socket.
 *
 * A call belongs to an activity, which numbers its calls and has one in progress, or several that overlap. The request is
 * repeated until the server says anything (sending), then pings ask after it (dispatched), and facks ask for what is
 * missing of a long response (receiving). The response of an at-most-once call is acknowledged by the activity's next
 * request, or after a while by an ack of its own (ack-pending).
 * The socket serves as well: an at-most-once call on a new activity makes the server call back (conversation manager).
 */
type Action = 'deliver' | 'fail' | 'working' | 'fragments' | 'missing' | 'cancelled' | 'violate';

const TRANSITIONS: Record<CallState, Partial<Record<ClType, Action>>> = {
  sending: {
    response: 'deliver',
    fault: 'fail',
    reject: 'fail',
    working: 'working',
    fack: 'fragments',
    nocall: 'missing',
    cancel_ack: 'cancelled',
    ack: 'violate',
    cl_cancel: 'violate',
  },
  dispatched: {
    response: 'deliver',
    fault: 'fail',
    reject: 'fail',
    working: 'working',
    nocall: 'missing',
    cancel_ack: 'cancelled',
    ack: 'violate',
    cl_cancel: 'violate',
  },
  receiving: {
    response: 'deliver',
    fault: 'fail',
    reject: 'fail',
    cancel_ack: 'cancelled',
    ack: 'violate',
    cl_cancel: 'violate',
  },
};

/** What an activity does with PDUs of the call that it had last. */
const LATE: Record<ActivityState, Partial<Record<ClType, 'acknowledge' | 'forget'>>> = {
  calling: {},
  'ack-pending': { response: 'acknowledge', fault: 'acknowledge', reject: 'acknowledge' },
  idle: { response: 'acknowledge', fault: 'acknowledge', reject: 'acknowledge' },
  quitting: { response: 'forget', fault: 'forget', reject: 'forget', cancel_ack: 'forget' },
};

export interface ClClientOptions {
  /** Names this client in its answers to callbacks and in keep-alives: one for each process (C706 cas_uuid). */
  readonly addressSpace: Uuid;
  /** Source of activity UUIDs. */
  readonly newUuid: () => Uuid;
  /** Whose client it behaves like; default: windows. */
  readonly dialect?: Dialect;
  /** Changes to the settings of the dialect. */
  readonly settings?: Partial<ClientSettings>;
  /** NDR format label of what goes out; the stubs of calls must be encoded alike. */
  readonly drep?: number;
  /** Flags of every request's second flags byte: a server's callbacks carry PF2_UNRELATED. */
  readonly requestFlags2?: number;
}

export class ClClient implements Machine<ClientInput, ClientEvent> {
  readonly counters: ClientCounters = {
    fragmentsRefused: 0,
    messagesRefused: 0,
    stalled: 0,
    callbacksAnswered: 0,
    strays: 0,
  };
  readonly #context: ClientContext;

  constructor(options: ClClientOptions) {
    const { addressSpace, newUuid, drep = DREP_LITTLE_ENDIAN, requestFlags2 = 0 } = options;
    this.#context = {
      addressSpace,
      newUuid,
      settings: { ...DIALECTS[options.dialect ?? 'windows'].client, ...options.settings },
      drep,
      requestFlags2,
      bindings: new Map(),
      activities: new Map(),
      calls: new Map(),
      waiting: new Map(),
      counters: this.counters,
      out: new Outbox(),
      reassembly: 0,
    };
  }

  /** Throws LocalMisuseError for numbers that are unknown or taken; whatever a datagram holds, it throws nothing. */
  handle(input: ClientInput | { readonly kind: 'timer' }, now: number): void {
    const context = this.#context;
    switch (input.kind) {
      case 'bind':
        return this.#bind(input);
      case 'unbind':
        return this.#unbind(findBinding(context, input.binding));
      case 'call':
        return startCall(context, input, now);
      case 'abandon':
        return this.#withdraw(input.call) ? undefined : abandon(context, input.call, now);
      case 'cancel':
        return this.#withdraw(input.call) ? undefined : cancel(context, input.call, now);
      case 'hold':
        return hold(context, findBinding(context, input.binding), now);
      case 'release':
        return release(findBinding(context, input.binding));
      case 'flush':
        return flush(context, now);
      case 'datagram': {
        const pdu = decodeOrNull(input.datagram);
        return pdu === null ? undefined : this.receive(pdu, input.datagram, input.from, now);
      }
      case 'timer':
        if (context.out.due(now)) expire(context, now);
    }
  }

  poll(): Output<ClientEvent> {
    return this.#context.out.poll();
  }

  /** Whether this PDU names an activity of this client. */
  owns(pdu: ClPdu): boolean {
    return this.#context.activities.has(uuidKey(pdu.header.activity));
  }

  /** What is remembered: for tests that nothing stays behind. */
  get size(): { readonly bindings: number; readonly activities: number; readonly calls: number } {
    const { bindings, activities, calls, waiting } = this.#context;
    return { bindings: bindings.size, activities: activities.size, calls: calls.size + waiting.size };
  }

  /** A datagram that somebody has decoded already. */
  receive(pdu: ClPdu, datagram: Uint8Array, from: Address, now: number): void {
    if (isCallback(pdu)) return this.#serve(pdu, from);
    const admitted = admit(this.#context, pdu, datagram);
    if (admitted === null) this.counters.strays += 1;
    else if (admitted.call === null) this.#late(admitted.activity, admitted.pdu, from, now);
    else this.#react(admitted.call, admitted.pdu, from, now);
  }

  #react(call: Call, pdu: ClPdu, from: Address, now: number): void {
    const context = this.#context;
    const action = TRANSITIONS[call.state][pdu.type];
    if (action === undefined) {
      context.counters.strays += 1;
      return;
    }
    learn(context, call, pdu, from);
    switch (action) {
      case 'deliver':
        return pdu.type === 'response' ? takeResponse(context, call, pdu, from, now) : undefined;
      case 'fail':
        return fail(context, call, pdu, from, now);
      case 'working':
        return serverWorks(context, call, now);
      case 'fragments':
        return pdu.type === 'fack' ? takeRequestFack(context, call, pdu, now) : undefined;
      case 'missing':
        return pdu.type === 'nocall' ? takeNocall(context, call, pdu, now) : undefined;
      case 'cancelled':
        return pdu.type === 'cancel_ack' ? takeCancelAck(context, call, pdu, now) : undefined;
      case 'violate':
        return violate(context, call, `the server sent ${pdu.type}`, now);
    }
  }

  /** Of a call that is over. */
  #late(activity: Activity, pdu: ClPdu, from: Address, now: number): void {
    const context = this.#context;
    const age = sequenceDifference(activity.sequence, pdu.header.sequence);
    if (age > 0 && wantsAnswer(pdu)) return acknowledgeOld(context, pdu, from);
    const action = age === 0 ? LATE[activity.state][pdu.type] : undefined;
    if (action === undefined || !wantsAnswer(pdu)) context.counters.strays += 1;
    else if (action === 'acknowledge') acknowledge(context, activity, now);
    else {
      acknowledgeOld(context, pdu, from);
      quitAgain(context, activity, true, now);
    }
  }

  #bind(input: ClientInput & { kind: 'bind' }): void {
    const { bindings, settings } = this.#context;
    if (bindings.has(input.binding)) throw new LocalMisuseError(`binding ${input.binding} exists`);
    bindings.set(input.binding, newBinding(input, settings.maxPdu));
  }

  #unbind(binding: Binding): void {
    const { bindings, activities, waiting } = this.#context;
    bindings.delete(binding.id);
    for (const activity of binding.activities) {
      activities.delete(activity.key);
      for (const call of [...activity.calls]) detach(this.#context, call);
      for (const { call } of activity.queue) waiting.delete(call);
      if (activity.state === 'ack-pending') sendAck(this.#context, activity);
    }
  }

  #withdraw(id: number): boolean {
    const input = withdraw(this.#context, id);
    if (input === null) return false;
    const trace = { protocol: 'cl', requests: 0, pings: 0, heard: {}, callbacks: 0, answeredFrom: null } as const;
    this.#context.out.event({ kind: 'abandoned', call: id, trace });
    return true;
  }

  #serve(pdu: Callback, from: Address): void {
    const context = this.#context;
    const answer = answerCallback(pdu, context.addressSpace, (asked) => {
      const activity = context.activities.get(uuidKey(asked));
      const call = activity?.calls[0];
      if (activity === undefined || call === undefined) return null;
      call.callbacks += 1;
      hear(context, call, from);
      if ((pdu.header.flags2 & FLAGS2.unrelated) !== 0) activity.binding.overlaps = true;
      return call;
    });
    if (answer === null) return;
    context.counters.callbacksAnswered += 1;
    emit(context, answer, from);
  }
}
