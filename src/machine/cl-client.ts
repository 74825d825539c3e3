import { type Uuid, uuidKey } from '../bytes/uuid.ts';
import { type ClPdu, type ClType, DREP_LITTLE_ENDIAN, encodeCl } from '../pdu/cl/index.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { acknowledge, acknowledgeOld, flush, sendAck } from './client-acknowledge.ts';
import { abandon, resend, retry, serverWorks, settle, startCall, violate } from './client-calls.ts';
import { type ClientContext, findBinding } from './client-context.ts';
import { hold, keepAlive, release } from './client-keep-alive.ts';
import { type Activity, type ActivityState, type Binding, type Call, newBinding } from './client-state.ts';
import type { ClientEvent, ClientInput } from './client-types.ts';
import type { Address, Machine, Output } from './contract.ts';
import { answerCallback, type Callback, isCallback } from './conversation-manager.ts';
import { Outbox } from './outbox.ts';
import { decodeOrNull, sequenceDifference } from './reply.ts';
import { type ClientSettings, WINDOWS_CLIENT } from './settings.ts';

/*
 * The client of connectionless RPC ([MS-RPCE] 3.2.2, C706 10.2), for one socket.
 *
 * A call belongs to an activity; an activity has one call at a time and numbers them. The request is repeated until the
 * server says anything (sending), then pings ask after it (dispatched). The response of an at-most-once call is
 * acknowledged by the activity's next request, or after a while by an ack of its own (ack-pending).
 * The socket serves as well: an at-most-once call on a new activity makes the server call back (conversation manager).
 */
type Action = 'deliver' | 'fail' | 'working' | 'missing' | 'violate' | 'acknowledge';

const TRANSITIONS: Record<ActivityState, Partial<Record<ClType, Action>>> = {
  sending: {
    response: 'deliver',
    fault: 'fail',
    reject: 'fail',
    working: 'working',
    fack: 'working',
    nocall: 'missing',
    ack: 'violate',
    cl_cancel: 'violate',
  },
  dispatched: {
    response: 'deliver',
    fault: 'fail',
    reject: 'fail',
    working: 'working',
    nocall: 'missing',
    ack: 'violate',
    cl_cancel: 'violate',
  },
  'ack-pending': { response: 'acknowledge', fault: 'acknowledge', reject: 'acknowledge' },
  idle: { response: 'acknowledge', fault: 'acknowledge', reject: 'acknowledge' },
};

/** Timers of an activity, one a state:
 *  sending, dispatched  retransmission: request or ping again, or give up
 *  ack-pending          delayed ack
 *  idle                 activity forgotten
 *  and one of a binding that holds context handles: keep-alive. */

export interface ClClientOptions {
  /** Names this client in its answers to callbacks and in keep-alives: one for each process (C706 cas_uuid). */
  readonly addressSpace: Uuid;
  /** Source of activity UUIDs. */
  readonly newUuid: () => Uuid;
  readonly settings?: Partial<ClientSettings>;
  /** NDR format label of what goes out; the stubs of calls must be encoded alike. */
  readonly drep?: number;
  /** Flags of every request's second flags byte: a server's callbacks carry PF2_UNRELATED. */
  readonly requestFlags2?: number;
}

export class ClClient implements Machine<ClientInput, ClientEvent> {
  readonly #context: ClientContext;

  constructor({ addressSpace, newUuid, settings, drep = DREP_LITTLE_ENDIAN, requestFlags2 = 0 }: ClClientOptions) {
    this.#context = {
      addressSpace,
      newUuid,
      settings: { ...WINDOWS_CLIENT, ...settings },
      drep,
      requestFlags2,
      bindings: new Map(),
      activities: new Map(),
      calls: new Map(),
      out: new Outbox(),
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
        return abandon(context, input.call);
      case 'hold':
        return hold(context, findBinding(context, input.binding), now);
      case 'release':
        return release(findBinding(context, input.binding));
      case 'flush':
        return flush(context, now);
      case 'datagram': {
        const pdu = decodeOrNull(input.datagram);
        return pdu === null ? undefined : this.receive(pdu, input.from, now);
      }
      case 'timer':
        if (context.out.due(now)) this.#expire(now);
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
    const { bindings, activities, calls } = this.#context;
    return { bindings: bindings.size, activities: activities.size, calls: calls.size };
  }

  /** A datagram that somebody has decoded already. */
  receive(pdu: ClPdu, from: Address, now: number): void {
    if (isCallback(pdu)) return this.#serve(pdu, from, now);
    const context = this.#context;
    const activity = context.activities.get(uuidKey(pdu.header.activity));
    if (activity === undefined) return;
    const age = sequenceDifference(activity.sequence, pdu.header.sequence);
    if (age < 0) return;
    if (age > 0) return acknowledgeOld(context, pdu, from);
    const { binding, call } = activity;
    const boot = pdu.header.serverBoot;
    if (binding.serverBoot !== 0 && boot !== 0 && boot !== binding.serverBoot) return;
    const action = TRANSITIONS[activity.state][pdu.type];
    if (action === undefined) return;
    if (action === 'acknowledge') return acknowledge(context, activity, now);
    if (call === null) return;
    if (boot !== 0) binding.serverBoot = boot;
    binding.interfaceHint = pdu.header.interfaceHint;
    activity.activityHint = pdu.header.activityHint;
    this.#hear(binding, call, from, now);
    call.heard[pdu.type] = (call.heard[pdu.type] ?? 0) + 1;
    switch (action) {
      case 'deliver':
      case 'fail':
        return settle(context, activity, call, pdu, from, now);
      case 'working':
        return serverWorks(context, activity, call, now);
      case 'missing':
        return resend(context, activity, call, pdu.type === 'nocall' ? pdu.body : null, now);
      case 'violate':
        return violate(context, activity, call, `the server sent ${pdu.type}`, now);
    }
  }

  #bind({ binding: id, to, viaMapper = false }: ClientInput & { kind: 'bind' }): void {
    const { bindings } = this.#context;
    if (bindings.has(id)) throw new LocalMisuseError(`binding ${id} exists`);
    bindings.set(id, newBinding(id, to, viaMapper));
  }

  #unbind(binding: Binding): void {
    const { bindings, activities, calls } = this.#context;
    bindings.delete(binding.id);
    for (const activity of activities.values()) {
      if (activity.binding !== binding) continue;
      activities.delete(activity.key);
      if (activity.call !== null) calls.delete(activity.call.id);
      if (activity.state === 'ack-pending') sendAck(this.#context, activity);
    }
  }

  #hear(binding: Binding, call: Call, from: Address, now: number): void {
    call.lastHeard = now;
    call.answeredFrom = from;
    if (!binding.viaMapper) return;
    binding.viaMapper = false;
    if (from.port === binding.to.port && from.host === binding.to.host) return;
    binding.to = from;
    this.#context.out.event({ kind: 'repointed', binding: binding.id, to: from });
  }

  #serve(pdu: Callback, from: Address, now: number): void {
    const { addressSpace, activities, out } = this.#context;
    const answer = answerCallback(pdu, addressSpace, (asked) => {
      const activity = activities.get(uuidKey(asked));
      const call = activity?.call ?? null;
      if (activity === undefined || call === null) return null;
      call.callbacks += 1;
      this.#hear(activity.binding, call, from, now);
      return activity;
    });
    if (answer !== null) out.transmit(encodeCl(answer), from);
  }

  #expire(now: number): void {
    const context = this.#context;
    for (const activity of context.activities.values()) {
      if (activity.timerAt <= now) this.#expireActivity(activity, now);
      else context.out.arm(activity.timerAt);
    }
    for (const binding of context.bindings.values()) {
      if (binding.keepAliveAt <= now) keepAlive(context, binding, now);
      else context.out.arm(binding.keepAliveAt);
    }
  }

  #expireActivity(activity: Activity, now: number): void {
    if (activity.state === 'ack-pending') return acknowledge(this.#context, activity, now);
    if (activity.call !== null) return retry(this.#context, activity, activity.call, now);
    this.#context.activities.delete(activity.key);
    const { idle } = activity.binding;
    idle.splice(idle.indexOf(activity), 1);
  }
}
