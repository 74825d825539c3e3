import { type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { type ClPdu, DREP_LITTLE_ENDIAN, FLAGS2 } from '../../../pdu/cl/index.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import { foreignDatagram } from '../../call.ts';
import type { Address, Machine, Output } from '../../contract.ts';
import { Outbox } from '../../outbox.ts';
import { Schedule } from '../../schedule.ts';
import { type ClientSettings, DIALECTS, type Dialect } from '../dialects.ts';
import { decodeOrNull } from '../message/decode.ts';
import { sequenceDifference } from '../message/numbers.ts';
import { acknowledge, acknowledgeOld, flush, sendAck, wantsAnswer } from './acknowledge.ts';
import { admit, hear, learn } from './admit.ts';
import { fail, serverWorks, takeNocall, takeRequestFack, takeResponse, violate } from './answers.ts';
import { detach, startCall } from './calls.ts';
import { type ClientContext, findBinding } from './context.ts';
import { answerCallback, type Callback, isCallback } from './conversation-manager.ts';
import { emit } from './emit.ts';
import { abandon, cancel, quitAgain, takeCancelAck, withdraw } from './end.ts';
import { hold, release } from './keep-alive.ts';
import { type Activity, type Binding, type Call, newBinding } from './state.ts';
import { expire } from './timers.ts';
import { concerns, concernsActivity, stepActivity } from './transitions.ts';
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
      schedule: new Schedule(),
      keepAlives: new Schedule(),
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
        if (pdu === null) return this.#note(input.datagram, input.from);
        return this.receive(pdu, input.datagram, input.from, now);
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

  /** Something else answers there: nobody waits the less for it, but those who wait in vain shall know. */
  #note(datagram: Uint8Array, { host }: Address): void {
    for (const { binding, calls } of this.#context.activities.values()) {
      if (binding.to.host !== host) continue;
      for (const call of calls) call.foreign ??= foreignDatagram(datagram);
    }
  }

  #react(call: Call, pdu: ClPdu, from: Address, now: number): void {
    const context = this.#context;
    if (!concerns(call, pdu.type)) {
      context.counters.strays += 1;
      return;
    }
    learn(context, call, pdu, from);
    switch (pdu.type) {
      case 'response':
        return takeResponse(context, call, pdu, from, now);
      case 'fault':
      case 'reject':
        return fail(context, call, pdu, from, now);
      case 'working':
        return serverWorks(context, call, now);
      case 'fack':
        return takeRequestFack(context, call, pdu, now);
      case 'nocall':
        return takeNocall(context, call, pdu, now);
      case 'cancel_ack':
        return takeCancelAck(context, call, pdu, now);
      default:
        return violate(context, call, `the server sent ${pdu.type}`, now);
    }
  }

  /** Of a call that is over. */
  #late(activity: Activity, pdu: ClPdu, from: Address, now: number): void {
    const context = this.#context;
    const age = sequenceDifference(activity.sequence, pdu.header.sequence);
    if (age > 0 && wantsAnswer(pdu)) return acknowledgeOld(context, pdu, from);
    if (age !== 0 || !wantsAnswer(pdu) || !concernsActivity(activity, pdu.type)) context.counters.strays += 1;
    else if (activity.state !== 'quitting') acknowledge(context, activity, now);
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
    binding.keepAliveAt = Number.POSITIVE_INFINITY;
    for (const activity of binding.activities) {
      activities.delete(activity.key);
      for (const call of [...activity.calls]) detach(this.#context, call);
      for (const { call } of activity.queue) waiting.delete(call);
      if (activity.state === 'ack-pending') sendAck(this.#context, activity);
      stepActivity(activity, 'forgotten');
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
