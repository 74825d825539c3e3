import { NIL_UUID, type Uuid, uuidKey } from '../../../../src/bytes/uuid.ts';
import { CONV, decodeConvWhoAreYouResponse, encodeConvCaller } from '../../../../src/interface/conv/index.ts';
import { type Address, sameAddress } from '../../../../src/machine/contract.ts';
import {
  type ClHeader,
  type ClPdu,
  DREP_LITTLE_ENDIAN,
  decodeCl,
  encodeCl,
  FLAGS1,
  isLittleEndian,
  NO_HINT,
  type Request,
} from '../../../../src/pdu/cl/index.ts';
import type { Timer } from '../../../../src/transport/clock.ts';
import type { DatagramSocket, Network } from '../../../../src/transport/network.ts';
import { ReceiveQueue, TransmitQueue } from './message.ts';

const NOTHING = new Uint8Array(0);
const RESEND = 2_000;
const LONGEST_RESEND = 8_000;
const FORGET = 60_000;

interface Call {
  readonly header: ClHeader;
  readonly sequence: number;
  state: 'receiving' | 'asking' | 'working' | 'sending' | 'over';
  readonly receive: ReceiveQueue;
  stub: Uint8Array;
  out: TransmitQueue | null;
  serial: number;
  repeats: number;
  timer: Timer | null;
}

interface Activity {
  address: Address;
  known: boolean;
  pduSize: number;
  call: Call | null;
  question: ClHeader | null;
}

export interface C706ServerOptions {
  readonly network: Network;
  readonly bootTime: number;
  readonly newUuid: () => Uuid;
  readonly execute: (stub: Uint8Array) => Uint8Array;
}

/** A server as a C706 runtime was seen to be: it asks who calls from a socket of its own, and repeats what is not acknowledged. */
export class C706Server {
  readonly #options: C706ServerOptions;
  readonly #activities = new Map<string, Activity>();
  readonly #asked = new Map<string, Activity>();
  #socket: DatagramSocket | null = null;
  #asker: DatagramSocket | null = null;

  constructor(options: C706ServerOptions) {
    this.#options = options;
  }

  async open(local: Address): Promise<void> {
    const { network } = this.#options;
    this.#socket = await network.bind(local, (datagram, from) => this.#take(decodeCl(datagram), from));
    this.#asker = await network.bind({ ...local, port: 0 }, (datagram) => this.#answered(decodeCl(datagram)));
  }

  #take(pdu: ClPdu, from: Address): void {
    const { header } = pdu;
    const key = uuidKey(header.activity);
    if (header.serverBoot !== 0 && header.serverBoot !== this.#options.bootTime) {
      if (pdu.type === 'request') this.#send({ type: 'reject', header: this.#reply(header), status: 0x1c010006 }, from);
      return;
    }
    if (pdu.type === 'request') return this.#request(key, pdu, from);
    const activity = this.#activities.get(key);
    const call = activity?.call ?? null;
    if (activity === undefined || call === null || call.sequence !== header.sequence || call.state === 'over') {
      if (pdu.type === 'ping') this.#send({ type: 'nocall', header: this.#reply(header), body: null }, from);
      else if (pdu.type === 'cl_cancel')
        this.#send({ type: 'cancel_ack', header: this.#reply(header), body: null }, from);
      return;
    }
    if (!sameAddress(activity.address, from)) return;
    switch (pdu.type) {
      case 'ping':
        return this.#ping(activity, call, header);
      case 'ack':
        return this.#end(call);
      case 'fack':
        if (call.state !== 'sending' || call.out === null || pdu.body === null) return;
        call.out.fack(header.fragment, pdu.body);
        activity.pduSize = Math.max(activity.pduSize, call.out.pduSize);
        call.repeats = 0;
        return call.out.acknowledged ? this.#end(call) : this.#arm(activity, call);
      case 'cl_cancel':
        if (pdu.body === null) this.#end(call);
        return this.#send(
          {
            type: 'cancel_ack',
            header: this.#reply(header),
            body: pdu.body === null ? null : { version: 0, cancelId: pdu.body.cancelId, accepting: 1 },
          },
          from,
        );
    }
  }

  #request(key: string, pdu: Request, from: Address): void {
    const { header } = pdu;
    let activity = this.#activities.get(key);
    if (activity === undefined) {
      activity = { address: from, known: false, pduSize: 1_024, call: null, question: null };
      this.#activities.set(key, activity);
    }
    const before = activity.call;
    if (before !== null && header.sequence < before.sequence) return;
    if (before !== null && header.sequence === before.sequence) {
      if (before.state === 'receiving') return this.#collect(activity, before, pdu);
      if (before.state === 'sending') return before.out?.again();
      if (before.state === 'over' && header.fragment === 0 && (header.flags1 & FLAGS1.idempotent) === 0)
        this.#send({ type: 'reject', header: this.#reply(header), status: 0x1c01000b }, from);
      if (before.state !== 'over' || (header.flags1 & FLAGS1.idempotent) === 0) return;
    }
    if (before !== null) this.#end(before);
    const call: Call = {
      header,
      sequence: header.sequence,
      state: 'receiving',
      receive: new ReceiveQueue(),
      stub: NOTHING,
      out: null,
      serial: 0,
      repeats: 0,
      timer: null,
    };
    if (!sameAddress(activity.address, from)) activity.known = false;
    activity.address = from;
    activity.call = call;
    this.#collect(activity, call, pdu);
  }

  #collect(activity: Activity, call: Call, pdu: Request): void {
    const { header } = pdu;
    const whole = (header.flags1 & FLAGS1.frag) === 0 ? pdu.stub.slice() : call.receive.take(pdu);
    if (whole !== null) {
      call.stub = whole;
      if (activity.known || (header.flags1 & FLAGS1.idempotent) !== 0) return this.#execute(activity, call);
      call.state = 'asking';
      return this.#ask(activity, call);
    }
    if ((header.flags1 & FLAGS1.nofack) !== 0) return;
    this.#send(
      {
        type: 'fack',
        header: { ...this.#reply(header), fragment: call.receive.inOrder },
        body: call.receive.body(header.serial),
      },
      activity.address,
    );
  }

  #ping(activity: Activity, call: Call, header: ClHeader): void {
    switch (call.state) {
      case 'receiving':
        return this.#send(
          {
            type: 'nocall',
            header: { ...this.#reply(header), fragment: call.receive.inOrder },
            body: call.receive.body(header.serial),
          },
          activity.address,
        );
      case 'sending':
        return call.out?.again();
      default:
        return this.#send({ type: 'working', header: this.#reply(header) }, activity.address);
    }
  }

  #ask(activity: Activity, call: Call): void {
    const { newUuid, bootTime, network } = this.#options;
    const question: ClHeader = {
      ...call.header,
      flags1: FLAGS1.idempotent,
      flags2: 0,
      object: NIL_UUID,
      interfaceId: CONV.uuid,
      interfaceMajor: 3,
      interfaceMinor: 0,
      activity: newUuid(),
      serverBoot: 0,
      sequence: 0,
      opnum: CONV.operations.conv_who_are_you,
      interfaceHint: NO_HINT,
      activityHint: NO_HINT,
      fragment: 0,
      serial: 0,
    };
    activity.question = question;
    this.#asked.set(uuidKey(question.activity), activity);
    const stub = encodeConvCaller({ activity: call.header.activity, bootTime });
    const say = () => {
      if (activity.question !== question) return;
      this.#asker?.send(encodeCl({ type: 'request', header: question, stub, trailer: NOTHING }), activity.address);
      network.clock.at(network.clock.now() + RESEND, say);
    };
    say();
  }

  #answered(pdu: ClPdu): void {
    const key = uuidKey(pdu.header.activity);
    const activity = this.#asked.get(key);
    if (activity === undefined || pdu.type !== 'response') return;
    this.#asked.delete(key);
    activity.question = null;
    const { sequence, status } = decodeConvWhoAreYouResponse(pdu.stub, isLittleEndian(pdu.header));
    const { call } = activity;
    if (call === null || call.state !== 'asking') return;
    if (status !== 0 || sequence !== call.sequence) return this.#end(call);
    activity.known = true;
    this.#execute(activity, call);
  }

  #execute(activity: Activity, call: Call): void {
    call.state = 'sending';
    const result = this.#options.execute(call.stub);
    call.out = new TransmitQueue(result, activity.pduSize, ({ index, stub, flags1 }) => {
      const { serial } = call;
      call.serial += 1;
      const header = { ...this.#reply(call.header), flags1, fragment: index, serial };
      this.#send({ type: 'response', header, stub, trailer: NOTHING }, activity.address);
      return serial;
    });
    call.out.start();
    this.#arm(activity, call);
  }

  #arm(activity: Activity, call: Call): void {
    call.timer?.cancel();
    const { clock } = this.#options.network;
    const wait = Math.min(LONGEST_RESEND, RESEND << Math.min(call.repeats, 2));
    call.timer = clock.at(clock.now() + wait, () => {
      if (call.state !== 'sending') return;
      call.repeats += 1;
      if (call.repeats * LONGEST_RESEND > FORGET) return this.#end(call);
      call.out?.again();
      this.#arm(activity, call);
    });
  }

  #end(call: Call): void {
    call.state = 'over';
    call.timer?.cancel();
  }

  #reply(header: ClHeader): ClHeader {
    return {
      ...header,
      flags1: 0,
      flags2: 0,
      drep: DREP_LITTLE_ENDIAN,
      serverBoot: this.#options.bootTime,
      interfaceHint: 0,
      activityHint: 1,
      fragment: 0,
      serial: 0,
    };
  }

  #send(pdu: ClPdu, to: Address): void {
    this.#socket?.send(encodeCl(pdu), to);
  }
}
