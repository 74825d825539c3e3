import { sameUuid, type Uuid, uuidKey } from '../bytes/uuid.ts';
import { CONVC, decodeConvcIndyRequest } from '../interface/conv/index.ts';
import {
  type ClPdu,
  type ClType,
  DREP_LITTLE_ENDIAN,
  encodeCl,
  FLAGS1,
  FLAGS2,
  isLittleEndian,
  type Request,
} from '../pdu/cl/index.ts';
import { LocalMisuseError, RemoteProtocolError } from '../status/errors.ts';
import { type NcaSymbol, ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import { type CallbackAnswer, ClientCallbacks } from './client-callbacks.ts';
import type { CallSemantics } from './client-types.ts';
import type { Address, Machine, Output } from './contract.ts';
import { Outbox } from './outbox.ts';
import { decodeOrNull, replyHeader, SINGLE_RESPONSE, sequenceDifference } from './reply.ts';
import { type CallState, newServerActivity, type ServerActivity, type ServerCall } from './server-state.ts';
import type { Outcome, ServedInterface, ServerCounters, ServerEvent, ServerInput } from './server-types.ts';
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

const NOTHING = new Uint8Array(0);

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
  readonly #settings: ServerSettings;
  readonly #bootTime: number;
  readonly #drep: number;
  readonly #interfaces = new Map<string, { readonly served: ServedInterface; readonly hint: number }>();
  readonly #activities = new Map<string, ServerActivity>();
  readonly #calls = new Map<number, ServerCall>();
  /** Client processes known from callbacks, and when each was last heard of. */
  readonly #clients = new Map<string, { readonly addressSpace: Uuid; lastHeard: number }>();
  readonly #callbacks: ClientCallbacks;
  readonly #out = new Outbox<ServerEvent>();
  #lastCall = 0;
  #sweepAt: number | null = null;

  constructor({ bootTime, newUuid, settings, drep = DREP_LITTLE_ENDIAN }: ClServerOptions) {
    this.#settings = { ...WINDOWS_SERVER, ...settings };
    this.#bootTime = bootTime;
    this.#drep = drep;
    this.#callbacks = new ClientCallbacks({ bootTime, newUuid, settings: this.#settings, drep });
  }

  /** Throws LocalMisuseError for a call that is not with the manager; whatever a datagram holds, it throws nothing. */
  handle(input: ServerInput | { readonly kind: 'timer' }, now: number): void {
    switch (input.kind) {
      case 'serve':
        this.#interfaces.set(interfaceKey(input.interface.uuid, input.interface.version.major), {
          served: input.interface,
          hint: this.#interfaces.size,
        });
        return;
      case 'datagram': {
        this.counters.packetsIn += 1;
        const pdu = decodeOrNull(input.datagram);
        if (pdu === null) this.counters.garbage += 1;
        else this.#receive(pdu, input.from, now);
        break;
      }
      case 'complete':
        this.#complete(input.call, input.outcome, now);
        break;
      case 'timer':
        this.#callbacks.client.handle(input, now);
        if (this.#out.due(now)) this.#expire(now);
    }
    this.#pollCallbacks(now);
  }

  poll(): Output<ServerEvent> {
    return this.#out.poll();
  }

  /** What is remembered: for tests that nothing stays behind. */
  get size(): { readonly activities: number; readonly calls: number; readonly clients: number } {
    return { activities: this.#activities.size, calls: this.#calls.size, clients: this.#clients.size };
  }

  #receive(pdu: ClPdu, from: Address, now: number): void {
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
        if (this.#callbacks.client.owns(pdu)) this.#callbacks.client.receive(pdu, from, now);
        else this.counters.garbage += 1;
    }
  }

  #request(pdu: Request, from: Address, now: number): void {
    const { header } = pdu;
    if (sameUuid(header.interfaceId, CONVC.uuid)) return this.#indy(pdu, now);
    const entry = this.#interfaces.get(interfaceKey(header.interfaceId, header.interfaceMajor));
    if (entry === undefined || header.interfaceMinor > entry.served.version.minor)
      return this.#reject(pdu, from, 'nca_s_unk_if');
    if (header.opnum >= entry.served.operations) return this.#reject(pdu, from, 'nca_s_op_rng_error');
    if (header.serverBoot !== 0 && header.serverBoot !== this.#bootTime)
      return this.#reject(pdu, from, 'nca_s_wrong_boot_time');
    if (header.authProtocol !== 0) return this.#reject(pdu, from, win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'));
    if ((header.flags1 & FLAGS1.frag) !== 0) return this.#reject(pdu, from, 'nca_s_proto_error');
    const activity = this.#activity(pdu, from, now);
    if (activity === null) return;
    if (sequenceDifference(header.sequence, activity.lowestAllowed) < 0) return this.#duplicate();
    if (sequenceDifference(header.sequence, activity.lowestUnused) < 0) return this.#repeated(activity, pdu, now);
    this.#begin(activity, pdu, now);
  }

  #begin(activity: ServerActivity, pdu: Request, now: number): void {
    const { header } = pdu;
    activity.lowestUnused = (header.sequence + 1) >>> 0;
    if ((header.flags2 & FLAGS2.unrelated) === 0) this.#discardBefore(activity, header.sequence);
    this.#lastCall += 1;
    const call: ServerCall = {
      id: this.#lastCall,
      activity,
      request: pdu,
      state: 'held',
      serialSeen: header.serial,
      answer: null,
      answeredAt: now,
      serial: 0,
    };
    activity.calls.push(call);
    this.#calls.set(call.id, call);
    if (activity.addressSpace !== null || semantics(pdu) !== 'at-most-once') return this.#dispatch(call);
    if (activity.callback !== null) return;
    this.counters.callbacks += 1;
    activity.callback = { id: call.id, call };
    this.#callbacks.ask(call.id, activity.id, activity.address, now);
  }

  #dispatch(call: ServerCall): void {
    const { activity, request } = call;
    const { header } = request;
    const maybe = semantics(request) === 'maybe';
    call.state = 'working';
    this.counters.callsIn += 1;
    this.#out.event({
      kind: 'dispatch',
      call: call.id,
      interfaceId: {
        uuid: header.interfaceId,
        version: { major: header.interfaceMajor, minor: header.interfaceMinor },
      },
      opnum: header.opnum,
      object: header.object,
      stub: request.stub,
      littleEndian: isLittleEndian(header),
      from: activity.address,
      activity: activity.id,
      sequence: header.sequence,
      addressSpace: activity.addressSpace,
      maybe,
    });
    if (maybe) this.#remove(call);
  }

  #complete(id: number, outcome: Outcome, now: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      if (id <= this.#lastCall) return; // given up by its client meanwhile, or a maybe call
      throw new LocalMisuseError(`no call ${id}`);
    }
    if (call.state !== 'working') throw new LocalMisuseError(`call ${id} is not with the manager`);
    call.state = 'sending';
    call.answer = this.#encode(call.request, outcome);
    this.counters.callsOut += 1;
    this.#send(call, now);
  }

  #encode(request: Request, outcome: Outcome): Uint8Array {
    const header = replyHeader(request.header, {
      flags1: outcome.kind === 'response' ? SINGLE_RESPONSE : 0,
      drep: this.#drep,
      serverBoot: this.#bootTime,
      interfaceHint:
        this.#interfaces.get(interfaceKey(request.header.interfaceId, request.header.interfaceMajor))?.hint ?? 0,
    });
    switch (outcome.kind) {
      case 'response':
        return encodeCl({ type: 'response', header, stub: outcome.stub, trailer: NOTHING });
      case 'fault':
        return encodeCl({ type: 'fault', header, status: outcome.status, trailer: NOTHING });
      case 'reject':
        return encodeCl({ type: 'reject', header, status: outcome.status });
    }
  }

  /** Every transmission has a serial number of its own; the first one is 0 and the bytes are sent as they are. */
  #send(call: ServerCall, now: number): void {
    if (call.answer === null) return;
    const datagram = call.serial === 0 ? call.answer : call.answer.slice();
    datagram[7] = call.serial >>> 8;
    datagram[79] = call.serial & 0xff;
    call.serial = (call.serial + 1) & 0xffff;
    call.answeredAt = now;
    this.#transmit(datagram, call.activity.address);
    if (this.#settings.responseRetransmit !== null) this.#out.arm(now + this.#settings.responseRetransmit);
  }

  #repeated(activity: ServerActivity, pdu: Request, now: number): void {
    const call = find(activity, pdu.header.sequence);
    this.#duplicate();
    if (call !== undefined) return this.#react(call, pdu, now);
    if (semantics(pdu) === 'idempotent') this.#begin(activity, pdu, now);
  }

  #control(pdu: ClPdu & { type: 'ping' | 'ack' }, from: Address, now: number): void {
    const activity = this.#activities.get(uuidKey(pdu.header.activity));
    const call = activity === undefined ? undefined : find(activity, pdu.header.sequence);
    if (activity !== undefined) this.#hear(activity, now);
    if (call !== undefined) return this.#react(call, pdu, now);
    if (pdu.type === 'ack') return;
    if (activity?.calls.some((other) => sequenceDifference(other.request.header.sequence, pdu.header.sequence) > 0))
      return;
    this.#transmit(encodeCl({ type: 'nocall', header: this.#controlHeader(pdu), body: null }), from);
  }

  #react(call: ServerCall, pdu: ClPdu, now: number): void {
    const risen = sequenceDifference(pdu.header.serial, call.serialSeen) > 0;
    if (risen) call.serialSeen = pdu.header.serial;
    if (pdu.type === 'ping' && !risen && this.#settings.pingSerialMustRise) return;
    switch (TRANSITIONS[call.state][pdu.type]) {
      case 'say-working':
        return this.#transmit(encodeCl({ type: 'working', header: this.#controlHeader(pdu) }), call.activity.address);
      case 'answer-again':
        return this.#send(call, now);
      case 'confirm':
        return this.#remove(call);
    }
  }

  #controlHeader(pdu: ClPdu) {
    return replyHeader(pdu.header, { drep: this.#drep, serverBoot: this.#bootTime });
  }

  #activity(pdu: Request, from: Address, now: number): ServerActivity | null {
    const key = uuidKey(pdu.header.activity);
    const known = this.#activities.get(key);
    if (known !== undefined) {
      if (known.address.port !== from.port || known.address.host !== from.host) return null;
      this.#hear(known, now);
      return known;
    }
    const activity = newServerActivity(key, pdu.header.activity.slice(), from, pdu.header.sequence, now);
    this.#activities.set(key, activity);
    if (this.#activities.size > this.#settings.maxActivities) this.#forgetOldest();
    this.#armSweep(now);
    return activity;
  }

  #hear(activity: ServerActivity, now: number): void {
    activity.lastHeard = now;
    const client = activity.addressSpace === null ? undefined : this.#clients.get(uuidKey(activity.addressSpace));
    if (client !== undefined) client.lastHeard = now;
  }

  /** The parameter is the client's address space or one of its activities: sources differ, so both count. */
  #indy(pdu: Request, now: number): void {
    try {
      const { casUuid } = decodeConvcIndyRequest(pdu.stub, isLittleEndian(pdu.header));
      const client = this.#clients.get(uuidKey(casUuid));
      const activity = this.#activities.get(uuidKey(casUuid));
      if (client !== undefined) client.lastHeard = now;
      if (activity !== undefined) this.#hear(activity, now);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.counters.garbage += 1;
    }
  }

  #pollCallbacks(now: number): void {
    const { client } = this.#callbacks;
    for (;;) {
      const output = client.poll();
      if (output.kind === 'timeout') {
        if (output.at !== null) this.#out.arm(output.at);
        return;
      }
      if (output.kind === 'transmit') this.#transmit(output.datagram, output.to);
      else this.#identified(this.#callbacks.read(output.event, now), now);
    }
  }

  /**
   * A sequence number beyond that of the held call says that its request is an old duplicate; one below it names an
   * earlier call of the activity, which is right only where calls overlap.
   */
  #identified(result: CallbackAnswer | null, now: number): void {
    const asked = result === null ? undefined : this.#calls.get(result.id);
    if (result === null || asked === undefined) return;
    const { activity } = asked;
    const { answer } = result;
    activity.callback = null;
    const ahead = answer === null ? 0 : sequenceDifference(answer.sequence, asked.request.header.sequence);
    if (answer !== null && answer.status === 0 && ahead > 0) {
      this.#duplicate();
      return this.#remove(asked);
    }
    const overlaps = (asked.request.header.flags2 & FLAGS2.unrelated) !== 0;
    if (answer === null || answer.status !== 0 || (ahead < 0 && !overlaps)) {
      this.counters.callbacksFailed += 1;
      for (const call of activity.calls.filter(({ state }) => state === 'held')) {
        this.#remove(call);
        this.#reject(call.request, activity.address, 'nca_s_who_are_you_failed');
      }
      return;
    }
    // An operation that tells no address space still proves the activity, which then stands for the process itself.
    activity.addressSpace = answer.addressSpace ?? activity.id;
    this.#clients.set(uuidKey(activity.addressSpace), { addressSpace: activity.addressSpace, lastHeard: now });
    for (const call of activity.calls.filter(({ state }) => state === 'held')) this.#dispatch(call);
  }

  #reject(pdu: Request, to: Address, status: NcaSymbol | number): void {
    this.counters.rejected += 1;
    if (semantics(pdu) === 'maybe') return;
    const header = replyHeader(pdu.header, { drep: this.#drep });
    this.#transmit(
      encodeCl({ type: 'reject', header, status: typeof status === 'number' ? status : ncaCode(status) }),
      to,
    );
  }

  #transmit(datagram: Uint8Array, to: Address): void {
    this.counters.packetsOut += 1;
    this.#out.transmit(datagram, to);
  }

  #duplicate(): void {
    this.counters.duplicates += 1;
  }

  #discardBefore(activity: ServerActivity, sequence: number): void {
    activity.lowestAllowed = sequence;
    for (const call of [...activity.calls]) this.#remove(call);
  }

  /** Forgets a call, whatever its manager may still answer. */
  #remove(call: ServerCall): void {
    const { activity } = call;
    this.#calls.delete(call.id);
    const at = activity.calls.indexOf(call);
    if (at >= 0) activity.calls.splice(at, 1);
    if (activity.callback?.call !== call) return;
    activity.callback = null;
    this.#callbacks.forget(call.id, 0);
  }

  #armSweep(now: number): void {
    this.#sweepAt ??= now + this.#settings.sweep;
    this.#out.arm(this.#sweepAt);
  }

  #expire(now: number): void {
    const { responseRetransmit } = this.#settings;
    if (responseRetransmit !== null) {
      for (const call of this.#calls.values()) {
        if (call.state !== 'sending') continue;
        if (call.answeredAt + responseRetransmit <= now) this.#send(call, now);
        else this.#out.arm(call.answeredAt + responseRetransmit);
      }
    }
    if (this.#sweepAt === null) return;
    if (this.#sweepAt > now) return this.#out.arm(this.#sweepAt);
    this.#sweepAt = null;
    this.#sweep(now);
    if (this.#activities.size + this.#clients.size > 0) this.#armSweep(now);
  }

  #sweep(now: number): void {
    const { responseRetention, activityIdle } = this.#settings;
    for (const call of this.#calls.values()) {
      if (call.state === 'sending' && now - call.activity.lastHeard >= responseRetention) this.#remove(call);
    }
    for (const activity of this.#activities.values()) {
      if (now - activity.lastHeard >= activityIdle && !isBusy(activity)) this.#forget(activity);
    }
    for (const [key, { addressSpace, lastHeard }] of this.#clients) {
      if (now - lastHeard < activityIdle) continue;
      this.#clients.delete(key);
      this.#out.event({ kind: 'rundown', addressSpace });
    }
  }

  #forgetOldest(): void {
    for (const activity of this.#activities.values()) {
      if (isBusy(activity)) continue;
      return this.#forget(activity);
    }
  }

  #forget(activity: ServerActivity): void {
    for (const call of [...activity.calls]) this.#remove(call);
    this.#activities.delete(activity.key);
  }
}

function interfaceKey(id: Uuid, major: number): string {
  return uuidKey(id) + String.fromCharCode(major);
}

function semantics({ header }: Request): CallSemantics {
  if ((header.flags1 & (FLAGS1.maybe | FLAGS1.broadcast)) === FLAGS1.maybe) return 'maybe';
  return (header.flags1 & FLAGS1.idempotent) !== 0 ? 'idempotent' : 'at-most-once';
}

function isBusy({ calls, callback }: ServerActivity): boolean {
  return callback !== null || calls.some(({ state }) => state === 'working');
}

function find(activity: ServerActivity, sequence: number): ServerCall | undefined {
  return activity.calls.find((call) => call.request.header.sequence === sequence);
}
