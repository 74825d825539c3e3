import { NIL_UUID, type Uuid, uuidKey } from '../bytes/uuid.ts';
import { CONVC, encodeConvcIndyRequest } from '../interface/conv/index.ts';
import {
  type ClHeader,
  type ClPdu,
  type ClType,
  DREP_LITTLE_ENDIAN,
  encodeCl,
  type FackBody,
  isLittleEndian,
} from '../pdu/cl/index.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import {
  type Activity,
  type ActivityState,
  type Binding,
  type Call,
  newActivity,
  newBinding,
  newCall,
  requestHeader,
} from './client-state.ts';
import type { ClientEvent, ClientInput } from './client-types.ts';
import type { Address, Machine, Output } from './contract.ts';
import { answerCallback, type Callback, isCallback } from './conversation-manager.ts';
import { Outbox } from './outbox.ts';
import { decodeOrNull, replyHeader, sequenceDifference } from './reply.ts';
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

const NO_TRAILER = new Uint8Array(0);
const WRONG_BOOT_TIME = ncaCode('nca_s_wrong_boot_time');

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
  readonly #options: ClClientOptions;
  readonly #settings: ClientSettings;
  readonly #drep: number;
  readonly #bindings = new Map<number, Binding>();
  readonly #activities = new Map<string, Activity>();
  readonly #calls = new Map<number, Activity>();
  readonly #out = new Outbox<ClientEvent>();

  constructor(options: ClClientOptions) {
    this.#options = options;
    this.#settings = { ...WINDOWS_CLIENT, ...options.settings };
    this.#drep = options.drep ?? DREP_LITTLE_ENDIAN;
  }

  /** Throws LocalMisuseError for numbers that are unknown or taken; whatever a datagram holds, it throws nothing. */
  handle(input: ClientInput | { readonly kind: 'timer' }, now: number): void {
    switch (input.kind) {
      case 'bind':
        return this.#bind(input);
      case 'unbind':
        return this.#unbind(input.binding);
      case 'call':
        return this.#start(input, now);
      case 'abandon':
        return this.#abandon(input.call);
      case 'hold':
        return this.#hold(this.#binding(input.binding), now);
      case 'release':
        return this.#release(this.#binding(input.binding));
      case 'flush':
        return this.#flush(now);
      case 'datagram': {
        const pdu = decodeOrNull(input.datagram);
        return pdu === null ? undefined : this.receive(pdu, input.from, now);
      }
      case 'timer':
        if (this.#out.due(now)) this.#expire(now);
    }
  }

  poll(): Output<ClientEvent> {
    return this.#out.poll();
  }

  /** Whether this PDU names an activity of this client. */
  owns(pdu: ClPdu): boolean {
    return this.#activities.has(uuidKey(pdu.header.activity));
  }

  /** What is remembered: for tests that nothing stays behind. */
  get size(): { readonly bindings: number; readonly activities: number; readonly calls: number } {
    return { bindings: this.#bindings.size, activities: this.#activities.size, calls: this.#calls.size };
  }

  /** A datagram that somebody has decoded already. */
  receive(pdu: ClPdu, from: Address, now: number): void {
    if (isCallback(pdu)) return this.#serve(pdu, from, now);
    const activity = this.#activities.get(uuidKey(pdu.header.activity));
    if (activity === undefined) return;
    const age = sequenceDifference(activity.sequence, pdu.header.sequence);
    if (age < 0) return;
    if (age > 0) return this.#acknowledgeOld(pdu, from);
    const { binding, call } = activity;
    const boot = pdu.header.serverBoot;
    if (binding.serverBoot !== 0 && boot !== 0 && boot !== binding.serverBoot) return;
    const action = TRANSITIONS[activity.state][pdu.type];
    if (action === undefined) return;
    if (action === 'acknowledge') return this.#acknowledge(activity, now);
    if (call === null) return;
    if (boot !== 0) binding.serverBoot = boot;
    binding.interfaceHint = pdu.header.interfaceHint;
    activity.activityHint = pdu.header.activityHint;
    this.#hear(binding, call, from, now);
    call.heard[pdu.type] = (call.heard[pdu.type] ?? 0) + 1;
    switch (action) {
      case 'deliver':
        if (pdu.type !== 'response') return;
        this.#finish(activity, now, from);
        return this.#out.event({
          kind: 'response',
          call: call.id,
          stub: pdu.stub,
          littleEndian: isLittleEndian(pdu.header),
          trace: call,
        });
      case 'fail':
        if (pdu.type !== 'fault' && pdu.type !== 'reject') return;
        if (pdu.status === WRONG_BOOT_TIME) binding.serverBoot = 0;
        this.#finish(activity, now, from);
        return this.#out.event({ kind: pdu.type, call: call.id, status: pdu.status, trace: call });
      case 'working':
        call.wait = activity.state === 'dispatched' ? Math.min(call.wait * 2, this.#settings.retransmitMax) : call.wait;
        activity.state = 'dispatched';
        return this.#armRetransmission(activity, call, now);
      case 'missing':
        return this.#resend(activity, call, pdu.type === 'nocall' ? pdu.body : null, now);
      case 'violate':
        this.#finish(activity, now, null);
        return this.#out.event({
          kind: 'violation',
          call: call.id,
          reason: `the server sent ${pdu.type}`,
          trace: call,
        });
    }
  }

  #bind({ binding: id, to, viaMapper = false }: ClientInput & { kind: 'bind' }): void {
    if (this.#bindings.has(id)) throw new LocalMisuseError(`binding ${id} exists`);
    this.#bindings.set(id, newBinding(id, to, viaMapper));
  }

  #unbind(id: number): void {
    const binding = this.#binding(id);
    this.#bindings.delete(id);
    for (const activity of this.#activities.values()) {
      if (activity.binding !== binding) continue;
      this.#activities.delete(activity.key);
      if (activity.call !== null) this.#calls.delete(activity.call.id);
      if (activity.state === 'ack-pending') this.#sendAck(activity);
    }
  }

  #start(input: ClientInput & { kind: 'call' }, now: number): void {
    if (this.#calls.has(input.call)) throw new LocalMisuseError(`call ${input.call} is in progress`);
    const binding = this.#binding(input.binding);
    const activity = binding.idle.pop() ?? this.#newActivity(binding);
    activity.ack = null;
    activity.sequence = (activity.sequence + 1) >>> 0;
    const call = newCall(input, activity, {
      drep: this.#drep,
      flags2: this.#options.requestFlags2 ?? 0,
      wait: this.#settings.retransmitInitial,
      now,
    });
    activity.call = call;
    activity.state = 'sending';
    this.#transmit(activity, call, 'request');
    if (call.semantics === 'maybe') {
      this.#finish(activity, now, null);
      return this.#out.event({ kind: 'sent', call: call.id, trace: call });
    }
    this.#calls.set(call.id, activity);
    this.#armRetransmission(activity, call, now);
  }

  #newActivity(binding: Binding): Activity {
    const activity = newActivity(this.#options.newUuid(), binding);
    this.#activities.set(activity.key, activity);
    return activity;
  }

  #transmit(activity: Activity, call: Call, type: 'request' | 'ping'): void {
    const { binding } = activity;
    const header: ClHeader = {
      ...call.header,
      flags1: type === 'ping' ? 0 : call.header.flags1,
      flags2: type === 'ping' ? 0 : call.header.flags2,
      serverBoot: binding.serverBoot,
      interfaceHint: binding.interfaceHint,
      activityHint: activity.activityHint,
      serial: call.serial,
    };
    call.serial = (call.serial + 1) & 0xffff;
    call.lastSent = type;
    if (type === 'ping') call.pings += 1;
    else call.requests += 1;
    const pdu = type === 'ping' ? { type, header } : { type, header, stub: call.stub, trailer: NO_TRAILER };
    this.#out.transmit(encodeCl(pdu), binding.to);
  }

  #armRetransmission(activity: Activity, call: Call, now: number): void {
    this.#arm(activity, now + call.wait);
  }

  #arm(activity: Activity, at: number): void {
    activity.timerAt = at;
    this.#out.arm(at);
  }

  /** A server that lost the request asks for it by nocall. Only the first nocall after a ping counts, so nobody can make us loop. */
  #resend(activity: Activity, call: Call, body: FackBody | null, now: number): void {
    const settings = this.#settings;
    if (body !== null) {
      call.nocalls += 1;
      if (body.windowSize > 0 && call.nocalls >= settings.nocallLimit) {
        this.#finish(activity, now, null);
        return this.#out.event({
          kind: 'violation',
          call: call.id,
          reason: 'the server takes no part of it',
          trace: call,
        });
      }
      if (body.windowSize === 0) call.wait = Math.min(call.wait * 2, settings.retransmitMax);
    } else {
      call.nocalls = 0;
    }
    if (call.lastSent !== 'ping') return;
    activity.state = 'sending';
    this.#transmit(activity, call, 'request');
    this.#armRetransmission(activity, call, now);
  }

  #hear(binding: Binding, call: Call, from: Address, now: number): void {
    call.lastHeard = now;
    call.answeredFrom = from;
    if (!binding.viaMapper) return;
    binding.viaMapper = false;
    if (from.port === binding.to.port && from.host === binding.to.host) return;
    binding.to = from;
    this.#out.event({ kind: 'repointed', binding: binding.id, to: from });
  }

  /** The call is over for its caller. `answered` says where an acknowledgement has to go, null: nowhere. */
  #finish(activity: Activity, now: number, answered: Address | null): void {
    const { call } = activity;
    if (call === null) return;
    this.#calls.delete(call.id);
    activity.call = null;
    activity.binding.idle.push(activity);
    if (answered !== null && call.semantics === 'at-most-once') {
      activity.state = 'ack-pending';
      activity.ack = {
        header: replyHeader(call.header, { serverBoot: activity.binding.serverBoot, drep: this.#drep }),
        to: answered,
      };
      this.#arm(activity, now + this.#settings.delayedAck);
    } else {
      activity.state = 'idle';
      this.#arm(activity, now + this.#settings.activityIdle);
    }
  }

  #acknowledge(activity: Activity, now: number): void {
    this.#sendAck(activity);
    if (activity.state !== 'ack-pending') return;
    activity.state = 'idle';
    this.#arm(activity, now + this.#settings.activityIdle);
  }

  #flush(now: number): void {
    for (const activity of this.#activities.values())
      if (activity.state === 'ack-pending') this.#acknowledge(activity, now);
  }

  #sendAck({ ack }: Activity): void {
    if (ack !== null) this.#out.transmit(encodeCl({ type: 'ack', header: ack.header }), ack.to);
  }

  /** A server that repeats the answer to an earlier call has not noticed that the activity went on. */
  #acknowledgeOld(pdu: ClPdu, from: Address): void {
    if (pdu.type !== 'response' && pdu.type !== 'fault') return;
    this.#out.transmit(encodeCl({ type: 'ack', header: replyHeader(pdu.header, { drep: this.#drep }) }), from);
  }

  #abandon(id: number): void {
    const activity = this.#calls.get(id);
    if (activity === undefined) return;
    this.#remove(activity);
    if (activity.call !== null) this.#out.event({ kind: 'abandoned', call: id, trace: activity.call });
  }

  /** A call that ended without the server's word takes its activity with it: nobody knows what comes of its number. */
  #remove(activity: Activity): void {
    if (activity.call !== null) this.#calls.delete(activity.call.id);
    this.#activities.delete(activity.key);
  }

  #hold(binding: Binding, now: number): void {
    binding.handles += 1;
    if (binding.handles > 1) return;
    binding.keepAliveAt = now + this.#settings.keepAlive;
    this.#out.arm(binding.keepAliveAt);
  }

  #release(binding: Binding): void {
    binding.handles -= 1;
    if (binding.handles === 0) binding.keepAliveAt = Number.POSITIVE_INFINITY;
  }

  /** Tells the server that its context handles are still wanted, by a maybe call of its own activity (C706 App. P). */
  #keepAlive(binding: Binding, now: number): void {
    const activity = this.#options.newUuid();
    const casUuid =
      this.#settings.keepAliveUuid === 'activity' ? (binding.idle.at(-1)?.id ?? activity) : this.#options.addressSpace;
    const names = {
      interfaceId: CONVC,
      opnum: 0,
      object: NIL_UUID,
      semantics: 'maybe',
      activity,
      sequence: 0,
    } as const;
    const header = { ...requestHeader(names, { drep: this.#drep, flags2: 0 }), serverBoot: binding.serverBoot };
    const stub = encodeConvcIndyRequest({ casUuid }, isLittleEndian(header));
    this.#out.transmit(encodeCl({ type: 'request', header, stub, trailer: NO_TRAILER }), binding.to);
    binding.keepAliveAt = now + this.#settings.keepAlive;
    this.#out.arm(binding.keepAliveAt);
  }

  #serve(pdu: Callback, from: Address, now: number): void {
    const answer = answerCallback(pdu, this.#options.addressSpace, (asked) => {
      const activity = this.#activities.get(uuidKey(asked));
      const call = activity?.call ?? null;
      if (activity === undefined || call === null) return null;
      call.callbacks += 1;
      this.#hear(activity.binding, call, from, now);
      return activity;
    });
    if (answer !== null) this.#out.transmit(encodeCl(answer), from);
  }

  #expire(now: number): void {
    for (const activity of this.#activities.values()) {
      if (activity.timerAt <= now) this.#expireActivity(activity, now);
      else this.#out.arm(activity.timerAt);
    }
    for (const binding of this.#bindings.values()) {
      if (binding.keepAliveAt <= now) this.#keepAlive(binding, now);
      else this.#out.arm(binding.keepAliveAt);
    }
  }

  #expireActivity(activity: Activity, now: number): void {
    const { call } = activity;
    if (activity.state === 'ack-pending') return this.#acknowledge(activity, now);
    if (call === null) return this.#forget(activity);
    if (now - call.lastHeard >= this.#settings.giveUpAfter) {
      this.#remove(activity);
      return this.#out.event({ kind: 'no-answer', call: call.id, heard: call.answeredFrom !== null, trace: call });
    }
    if (this.#settings.backOffOnSilence) call.wait = Math.min(call.wait * 2, this.#settings.retransmitMax);
    this.#transmit(activity, call, activity.state === 'sending' ? 'request' : 'ping');
    this.#armRetransmission(activity, call, now);
  }

  #forget(activity: Activity): void {
    this.#activities.delete(activity.key);
    const { idle } = activity.binding;
    idle.splice(idle.indexOf(activity), 1);
  }

  #binding(id: number): Binding {
    const binding = this.#bindings.get(id);
    if (binding === undefined) throw new LocalMisuseError(`no binding ${id}`);
    return binding;
  }
}
