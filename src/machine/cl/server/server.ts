import { sameUuid, type Uuid, uuidKey } from '../../../bytes/uuid.ts';
import { CONVC } from '../../../interface/conv/index.ts';
import { type Ack, type Cancel, type ClPdu, DREP_LITTLE_ENDIAN, type Fack, type Ping } from '../../../pdu/cl/index.ts';
import type { ServedInterface } from '../../call.ts';
import { type Address, type Machine, type Output, sameAddress } from '../../contract.ts';
import { Outbox } from '../../outbox.ts';
import { Schedule } from '../../schedule.ts';
import { DIALECTS, type Dialect, type ServerSettings } from '../dialects.ts';
import { decodeOrNull } from '../message/decode.ts';
import { sequenceDifference } from '../message/numbers.ts';
import type { SecurityProvider } from '../security.ts';
import { controlHeader, isOtherVersion, rejectVersion } from './answers.ts';
import { ClientCallbacks } from './callbacks.ts';
import { complete } from './calls.ts';
import { takeCancel } from './cancel.ts';
import { findCall, hear, interfaceKey, type ServerContext } from './context.ts';
import { emit } from './emit.ts';
import { indy, pollCallbacks } from './identity.ts';
import { mayAnswerStray } from './limits.ts';
import { askElsewhere } from './move.ts';
import { react } from './react.ts';
import { takeRequest } from './requests.ts';
import { isSealed } from './sealed.ts';
import { expire } from './timers.ts';
import { newServerCounters, type ServerCounters, type ServerEvent, type ServerInput } from './types.ts';

/*
 * The server of connectionless RPC ([MS-RPCE] 3.2.3, C706 10.3), for one socket.
 *
 * The manager is who executes operations (C706's word for the code behind an interface). A stranger is an address that has
 * answered no callback yet, so that anybody may speak in its name.
 * Every activity numbers its calls; a number is executed once (lowestUnused), and never after a later one
 * (lowestAllowed). The first at-most-once call of an activity is held until its client has answered a callback, since
 * the request may be an old duplicate from before this server was started. A finished call keeps its answer until the
 * client acknowledges it, goes on, or falls silent; whether it is sent again unasked is a matter of the dialect.
 * Timers: the sweep of idle calls, activities and clients; repetition of an answer, where the settings want it.
 */

export interface ClServerOptions {
  /** Seconds since 1970. */
  readonly bootTime: number;
  readonly newUuid: () => Uuid;
  /** Whose server it behaves like; default: windows. */
  readonly dialect?: Dialect;
  /** Changes to the settings of the dialect. */
  readonly settings?: Partial<ServerSettings>;
  /** Who makes the server's end of security contexts, by auth_proto; default: secured calls are rejected. */
  readonly security?: ReadonlyMap<number, SecurityProvider>;
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
    security = new Map(),
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
      security,
      callbacks: new ClientCallbacks({ bootTime, newUuid, settings, drep }),
      counters: this.counters,
      out: new Outbox(),
      repeats: new Schedule(),
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
        if (pdu === null) this.#refuse(input.datagram, input.from, now);
        else this.#receive(pdu, input.datagram, input.from, now);
        break;
      }
      case 'complete':
        complete(context, input.call, input.outcome, now);
        break;
      case 'timer':
        context.callbacks.client.handle(input, now);
        if (!context.out.due(now)) break;
        expire(context, now);
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

  #refuse(datagram: Uint8Array, from: Address, now: number): void {
    this.counters.garbage += 1;
    if (isOtherVersion(this.#context, datagram) && mayAnswerStray(this.#context, now))
      rejectVersion(this.#context, datagram, from);
  }

  #receive(pdu: ClPdu, datagram: Uint8Array, from: Address, now: number): void {
    const { client } = this.#context.callbacks;
    switch (pdu.type) {
      case 'request':
        return sameUuid(pdu.header.interfaceId, CONVC.uuid)
          ? indy(this.#context, pdu, now)
          : takeRequest(this.#context, pdu, datagram, from, now);
      case 'ping':
      case 'ack':
      case 'cl_cancel':
        return this.#control(pdu, datagram, from, now);
      case 'fack':
        if (!client.owns(pdu)) return this.#control(pdu, datagram, from, now);
        return client.receive(pdu, datagram, from, now);
      default:
        if (client.owns(pdu)) client.receive(pdu, datagram, from, now);
        else this.counters.garbage += 1;
    }
  }

  #control(pdu: Ping | Ack | Cancel | Fack, datagram: Uint8Array, from: Address, now: number): void {
    const context = this.#context;
    const { sequence, activity: id } = pdu.header;
    const activity = context.activities.get(uuidKey(id));
    if (activity !== undefined) {
      if (!sameAddress(activity.address, from)) {
        if (pdu.type === 'ping') askElsewhere(context, activity, pdu.header, datagram, from, now);
        return;
      }
      hear(context, activity, now);
      if (!activity.peer.proven) activity.peer.received += datagram.length;
      const call = findCall(activity, sequence);
      if (call !== undefined) return react(context, call, pdu, now);
      if (pdu.type === 'cl_cancel') return takeCancel(context, activity, pdu, now);
      if (isSealed(activity, sequence)) return;
      if (activity.calls.some((other) => sequenceDifference(other.sequence, sequence) > 0)) return;
    }
    if (pdu.type !== 'ping' || (activity === undefined && !mayAnswerStray(context, now))) return;
    emit(context, { type: 'nocall', header: controlHeader(context, pdu), body: null }, from);
  }
}
