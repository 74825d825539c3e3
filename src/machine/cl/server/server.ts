import { sameUuid, type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { CONVC } from '../../../interface/conv/index.ts';
import {
  type Ack,
  type Cancel,
  type ClPdu,
  type ClType,
  DREP_LITTLE_ENDIAN,
  encodeCl,
  type Fack,
  type Ping,
  type Request,
} from '../../../pdu/cl/index.ts';
import { win32Code } from '../../../status/win32.ts';
import { type Address, type Machine, type Output, sameAddress } from '../../contract.ts';
import { Outbox } from '../../outbox.ts';
import { DIALECTS, type Dialect, type ServerSettings } from '../dialects.ts';
import { decodeOrNull, sequenceDifference, serialDifference } from '../message/reply.ts';
import { controlHeader, reject, resendAnswers, sendAnswer } from './answers.ts';
import { ClientCallbacks } from './callbacks.ts';
import { begin, complete, dispatchOrHold } from './calls.ts';
import { takeCancel } from './cancel.ts';
import {
  findCall,
  hear,
  interfaceKey,
  interfaceOf,
  type ServerContext,
  semanticsOf,
  transmit,
  transmitToPeer,
} from './context.ts';
import { indy, pollCallbacks } from './identity.ts';
import { mayAnswerStray, openActivity } from './limits.ts';
import { takeRequestFragment, takeResponseFack, tellMissing } from './messages.ts';
import { removeCall } from './remove.ts';
import type { CallState, ServerActivity, ServerCall } from './state.ts';
import { armSweep, sweepWhenDue } from './sweep.ts';
import {
  newServerCounters,
  type ServedInterface,
  type ServerCounters,
  type ServerEvent,
  type ServerInput,
} from './types.ts';

/*
 * The server of connectionless RPC ([MS-RPCE] 3.2.3, C706 10.3), for one socket.
 *
 * Every activity numbers its calls; a number is executed once (lowestUnused), and never after a later one
 * (lowestAllowed). The first at-most-once call of an activity is held until its client has answered a callback, since
 * the request may be an old duplicate from before this server was started. A finished call keeps its answer until the
 * client acknowledges it, goes on, or falls silent; whether it is sent again unasked is a matter of the dialect.
 */
type Action = 'collect' | 'tell-missing' | 'say-working' | 'answer-again' | 'advance' | 'confirm' | 'cancel';

const TRANSITIONS: Record<CallState, Partial<Record<ClType, Action>>> = {
  receiving: { request: 'collect', ping: 'tell-missing', cl_cancel: 'cancel' },
  held: { request: 'say-working', ping: 'say-working', cl_cancel: 'cancel' },
  working: { request: 'say-working', ping: 'say-working', cl_cancel: 'cancel' },
  sending: { request: 'answer-again', ping: 'answer-again', fack: 'advance', ack: 'confirm', cl_cancel: 'cancel' },
};

/** Timers: the sweep of idle calls, activities and clients; repetition of an answer, where the settings want it. */

export interface ClServerOptions {
  /** Seconds since 1970. */
  readonly bootTime: number;
  readonly newUuid: () => Uuid;
  /** Whose server it behaves like; default: windows. */
  readonly dialect?: Dialect;
  /** Changes to the settings of the dialect. */
  readonly settings?: Partial<ServerSettings>;
  /** NDR format label of the answers; the stubs of outcomes must be encoded alike. */
  readonly drep?: number;
}

export class ClServer implements Machine<ServerInput, ServerEvent> {
  readonly counters: ServerCounters = newServerCounters();
  readonly #context: ServerContext;

  constructor({
    bootTime,
    newUuid,
    dialect = 'windows',
    settings: changed,
    drep = DREP_LITTLE_ENDIAN,
  }: ClServerOptions) {
    const settings = { ...DIALECTS[dialect].server, ...changed };
    this.#context = {
      settings,
      bootTime,
      drep,
      interfaces: new Map(),
      activities: new Map(),
      strangers: new Set(),
      peers: new Map(),
      calls: new Map(),
      receiving: new Set(),
      asking: new Map(),
      clients: new Map(),
      callbacks: new ClientCallbacks({ bootTime, newUuid, settings, drep }),
      counters: this.counters,
      out: new Outbox(),
      fragments: 0,
      reassembly: 0,
      lastCall: 0,
      lastCallback: 0,
      sweepAt: null,
      strays: { since: 0, nocalls: 0 },
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
        else this.#receive(pdu, input.from, input.datagram.length, now);
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

  /** What unfinished requests and callbacks use of their limits, and the addresses known. */
  get usage(): {
    readonly fragments: number;
    readonly reassembly: number;
    readonly callbacks: number;
    readonly peers: number;
  } {
    const { fragments, reassembly, asking, peers } = this.#context;
    return { fragments, reassembly, callbacks: asking.size, peers: peers.size };
  }

  #serve(served: ServedInterface): void {
    const { interfaces } = this.#context;
    interfaces.set(interfaceKey(served.uuid, served.version.major), { served, hint: interfaces.size });
  }

  #receive(pdu: ClPdu, from: Address, size: number, now: number): void {
    const { client } = this.#context.callbacks;
    switch (pdu.type) {
      case 'request':
        return this.#request(pdu, from, size, now);
      case 'ping':
      case 'ack':
      case 'cl_cancel':
        return this.#control(pdu, from, size, now);
      case 'fack':
        if (!client.owns(pdu)) return this.#control(pdu, from, size, now);
        return client.receive(pdu, from, now);
      default:
        if (client.owns(pdu)) client.receive(pdu, from, now);
        else this.counters.garbage += 1;
    }
  }

  #request(pdu: Request, from: Address, size: number, now: number): void {
    const context = this.#context;
    const { header } = pdu;
    if (sameUuid(header.interfaceId, CONVC.uuid)) return indy(context, pdu, now);
    const entry = interfaceOf(context, header);
    if (entry === undefined || header.interfaceMinor > entry.served.version.minor)
      return reject(context, header, from, 'nca_s_unk_if');
    if (header.opnum >= entry.served.operations) return reject(context, header, from, 'nca_s_op_rng_error');
    if (header.serverBoot !== 0 && header.serverBoot !== context.bootTime)
      return reject(context, header, from, 'nca_s_wrong_boot_time');
    if (header.authProtocol !== 0) return reject(context, header, from, win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'));
    const activity = this.#activity(pdu, from, now);
    if (activity === null) return;
    if (!activity.peer.proven) activity.peer.received += size;
    const { sequence } = header;
    if (sequenceDifference(sequence, activity.lowestUnused) >= 0) return this.#begin(activity, pdu, entry.hint, now);
    const call = findCall(activity, sequence);
    if (call?.state === 'receiving') return this.#react(call, pdu, now);
    if (call === undefined && activity.overtaken.has(sequence)) return this.#begin(activity, pdu, entry.hint, now);
    this.counters.duplicates += 1;
    if (call !== undefined) return this.#react(call, pdu, now);
    if (sequenceDifference(sequence, activity.lowestAllowed) < 0) return;
    if (semanticsOf(header) === 'idempotent') return this.#begin(activity, pdu, entry.hint, now);
    if (header.fragment === 0 && context.settings.repeatOfFinished === 'reject')
      reject(context, header, from, 'nca_s_proto_error');
  }

  #begin(activity: ServerActivity, pdu: Request, interfaceHint: number, now: number): void {
    const context = this.#context;
    const call = begin(context, activity, pdu, interfaceHint, now);
    if (call === null) return;
    if (call.state === 'receiving') takeRequestFragment(context, call, pdu, now);
    else dispatchOrHold(context, call);
  }

  /** The activity of a request, a new one where need be; null when it belongs to somebody else or there is no room. */
  #activity({ header }: Request, from: Address, now: number): ServerActivity | null {
    const context = this.#context;
    const key = uuidKey(header.activity);
    const known = context.activities.get(key);
    if (known !== undefined) {
      if (!sameAddress(known.address, from)) return null;
      hear(context, known, now);
      return known;
    }
    armSweep(context, now);
    return openActivity(context, key, header, from, now);
  }

  #control(pdu: Ping | Ack | Cancel | Fack, from: Address, size: number, now: number): void {
    const context = this.#context;
    const { sequence, activity: id } = pdu.header;
    const activity = context.activities.get(uuidKey(id));
    if (activity !== undefined) {
      if (!sameAddress(activity.address, from)) return;
      hear(context, activity, now);
      if (!activity.peer.proven) activity.peer.received += size;
      const call = findCall(activity, sequence);
      if (call !== undefined) return this.#react(call, pdu, now);
      if (pdu.type === 'cl_cancel') return takeCancel(context, activity, pdu, now);
      if (activity.calls.some((other) => sequenceDifference(other.sequence, sequence) > 0)) return;
    }
    if (pdu.type !== 'ping' || (activity === undefined && !mayAnswerStray(context, now))) return;
    transmit(context, encodeCl({ type: 'nocall', header: controlHeader(context, pdu), body: null }), from);
  }

  #react(call: ServerCall, pdu: Request | Ping | Ack | Cancel | Fack, now: number): void {
    const context = this.#context;
    const { peer, address } = call.activity;
    const risen = serialDifference(pdu.header.serial, call.serialSeen) > 0;
    if (risen) call.serialSeen = pdu.header.serial;
    if (pdu.type === 'ping' && !risen && context.settings.pingSerialMustRise) return;
    switch (TRANSITIONS[call.state][pdu.type]) {
      case 'collect':
        return pdu.type === 'request' ? takeRequestFragment(context, call, pdu, now) : undefined;
      case 'tell-missing':
        return tellMissing(context, call, pdu, context.settings.missingFragments);
      case 'say-working':
        transmitToPeer(context, peer, encodeCl({ type: 'working', header: controlHeader(context, pdu) }), address);
        return;
      case 'answer-again':
        return sendAnswer(context, call, now, true);
      case 'advance':
        return pdu.type === 'fack' ? takeResponseFack(context, call, pdu, now) : undefined;
      case 'confirm':
        return removeCall(context, call, now);
      case 'cancel':
        return pdu.type === 'cl_cancel' ? takeCancel(context, call.activity, pdu, now) : undefined;
    }
  }
}
