import { sameUuid, type Uuid, uuidKey } from '../bytes/uuid.ts';
import { CONVC } from '../interface/conv/index.ts';
import { type ClPdu, type ClType, DREP_LITTLE_ENDIAN, encodeCl, FLAGS1, type Request } from '../pdu/cl/index.ts';
import { win32Code } from '../status/win32.ts';
import { ClientCallbacks } from './client-callbacks.ts';
import { type Address, type Machine, type Output, sameAddress } from './contract.ts';
import { Outbox } from './outbox.ts';
import { decodeOrNull, sequenceDifference } from './reply.ts';
import { controlHeader, reject, resendAnswers, sendAnswer } from './server-answers.ts';
import { begin, complete, findCall, removeCall } from './server-calls.ts';
import { hear, interfaceKey, interfaceOf, type ServerContext, semanticsOf, transmit } from './server-context.ts';
import { indy, pollCallbacks } from './server-identity.ts';
import { type CallState, newServerActivity, type ServerActivity, type ServerCall } from './server-state.ts';
import { armSweep, forgetOldest, sweepWhenDue } from './server-sweep.ts';
import type { ServedInterface, ServerCounters, ServerEvent, ServerInput } from './server-types.ts';
import { type ServerSettings, WINDOWS_SERVER } from './settings.ts';

/*
 * The server of connectionless RPC ([MS-RPCE] 3.2.3, C706 10.3), for one socket.
 *
 * Every activity numbers its calls; a number is executed once (lowestUnused), and never after a later one
 * (lowestAllowed). The first at-most-once call of an activity is held until its client has answered a callback, since
 * the request may be an old duplicate from before this server was started. A finished call keeps its answer until the
 * client acknowledges it, goes on, or falls silent; nothing is sent again unasked (Windows).
 */
type Action = 'say-working' | 'answer-again' | 'confirm';

const TRANSITIONS: Record<CallState, Partial<Record<ClType, Action>>> = {
  held: { request: 'say-working', ping: 'say-working' },
  working: { request: 'say-working', ping: 'say-working' },
  sending: { request: 'answer-again', ping: 'answer-again', ack: 'confirm' },
};

/** Timers: the sweep of idle calls, activities and clients; repetition of an answer, where the settings want it. */

export interface ClServerOptions {
  /** Seconds since 1970. */
  readonly bootTime: number;
  readonly newUuid: () => Uuid;
  readonly settings?: Partial<ServerSettings>;
  /** NDR format label of the answers; the stubs of outcomes must be encoded alike. */
  readonly drep?: number;
}

export class ClServer implements Machine<ServerInput, ServerEvent> {
  readonly counters: ServerCounters = {
    callsIn: 0,
    callsOut: 0,
    packetsIn: 0,
    packetsOut: 0,
    duplicates: 0,
    callbacks: 0,
    callbacksFailed: 0,
    rejected: 0,
    garbage: 0,
  };
  readonly #context: ServerContext;

  constructor({ bootTime, newUuid, settings: changed, drep = DREP_LITTLE_ENDIAN }: ClServerOptions) {
    const settings = { ...WINDOWS_SERVER, ...changed };
    this.#context = {
      settings,
      bootTime,
      drep,
      interfaces: new Map(),
      activities: new Map(),
      calls: new Map(),
      clients: new Map(),
      callbacks: new ClientCallbacks({ bootTime, newUuid, settings, drep }),
      counters: this.counters,
      out: new Outbox(),
      lastCall: 0,
      sweepAt: null,
    };
  }

  /** Throws LocalMisuseError for a call that is not with the manager; whatever a datagram holds, it throws nothing. */
  handle(input: ServerInput | { readonly kind: 'timer' }, now: number): void {
    const context = this.#context;
    switch (input.kind) {
      case 'serve':
        return this.#serve(input.interface);
      case 'datagram': {
        this.counters.packetsIn += 1;
        const pdu = decodeOrNull(input.datagram);
        if (pdu === null) this.counters.garbage += 1;
        else this.#receive(pdu, input.from, now);
        break;
      }
      case 'complete':
        complete(context, input.call, input.outcome, now);
        break;
      case 'timer':
        context.callbacks.client.handle(input, now);
        if (!context.out.due(now)) break;
        resendAnswers(context, now);
        sweepWhenDue(context, now);
    }
    pollCallbacks(context, now);
  }

  poll(): Output<ServerEvent> {
    return this.#context.out.poll();
  }

  /** What is remembered: for tests that nothing stays behind. */
  get size(): { readonly activities: number; readonly calls: number; readonly clients: number } {
    const { activities, calls, clients } = this.#context;
    return { activities: activities.size, calls: calls.size, clients: clients.size };
  }

  #serve(served: ServedInterface): void {
    const { interfaces } = this.#context;
    interfaces.set(interfaceKey(served.uuid, served.version.major), { served, hint: interfaces.size });
  }

  #receive(pdu: ClPdu, from: Address, now: number): void {
    const { client } = this.#context.callbacks;
    switch (pdu.type) {
      case 'request':
        return this.#request(pdu, from, now);
      case 'ping':
      case 'ack':
        return this.#control(pdu, from, now);
      case 'cl_cancel':
      case 'fack':
        return;
      default:
        if (client.owns(pdu)) client.receive(pdu, from, now);
        else this.counters.garbage += 1;
    }
  }

  #request(pdu: Request, from: Address, now: number): void {
    const context = this.#context;
    const { header } = pdu;
    if (sameUuid(header.interfaceId, CONVC.uuid)) return indy(context, pdu, now);
    const served = interfaceOf(context, header)?.served;
    if (served === undefined || header.interfaceMinor > served.version.minor)
      return reject(context, pdu, from, 'nca_s_unk_if');
    if (header.opnum >= served.operations) return reject(context, pdu, from, 'nca_s_op_rng_error');
    if (header.serverBoot !== 0 && header.serverBoot !== context.bootTime)
      return reject(context, pdu, from, 'nca_s_wrong_boot_time');
    if (header.authProtocol !== 0) return reject(context, pdu, from, win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'));
    if ((header.flags1 & FLAGS1.frag) !== 0) return reject(context, pdu, from, 'nca_s_proto_error');
    const activity = this.#activity(pdu, from, now);
    if (activity === null) return;
    if (sequenceDifference(header.sequence, activity.lowestUnused) >= 0) return begin(context, activity, pdu, now);
    this.counters.duplicates += 1;
    if (sequenceDifference(header.sequence, activity.lowestAllowed) < 0) return;
    const call = findCall(activity, header.sequence);
    if (call !== undefined) this.#react(call, pdu, now);
    else if (semanticsOf(pdu) === 'idempotent') begin(context, activity, pdu, now);
  }

  /** The activity of a request, a new one where need be; null when it belongs to somebody else. */
  #activity({ header }: Request, from: Address, now: number): ServerActivity | null {
    const context = this.#context;
    const key = uuidKey(header.activity);
    const known = context.activities.get(key);
    if (known !== undefined) {
      if (!sameAddress(known.address, from)) return null;
      hear(context, known, now);
      return known;
    }
    const activity = newServerActivity(key, header.activity.slice(), from, header.sequence, now);
    context.activities.set(key, activity);
    if (context.activities.size > context.settings.maxActivities) forgetOldest(context);
    armSweep(context, now);
    return activity;
  }

  #control(pdu: ClPdu & { type: 'ping' | 'ack' }, from: Address, now: number): void {
    const context = this.#context;
    const { sequence, activity: id } = pdu.header;
    const activity = context.activities.get(uuidKey(id));
    const call = activity === undefined ? undefined : findCall(activity, sequence);
    if (activity !== undefined) {
      if (!sameAddress(activity.address, from)) return;
      hear(context, activity, now);
    }
    if (call !== undefined) return this.#react(call, pdu, now);
    if (pdu.type === 'ack') return;
    if (activity?.calls.some(({ request }) => sequenceDifference(request.header.sequence, sequence) > 0)) return;
    transmit(context, encodeCl({ type: 'nocall', header: controlHeader(context, pdu), body: null }), from);
  }

  #react(call: ServerCall, pdu: ClPdu, now: number): void {
    const context = this.#context;
    const risen = sequenceDifference(pdu.header.serial, call.serialSeen) > 0;
    if (risen) call.serialSeen = pdu.header.serial;
    if (pdu.type === 'ping' && !risen && context.settings.pingSerialMustRise) return;
    switch (TRANSITIONS[call.state][pdu.type]) {
      case 'say-working':
        return transmit(
          context,
          encodeCl({ type: 'working', header: controlHeader(context, pdu) }),
          call.activity.address,
        );
      case 'answer-again':
        return sendAnswer(context, call, now);
      case 'confirm':
        return removeCall(context, call);
    }
  }
}
