import { NIL_UUID, type Uuid, uuidKey } from '../../../../src/bytes/uuid.ts';
import {
  CONV,
  decodeConvCaller,
  encodeConvWhoAreYou2Response,
  encodeConvWhoAreYouResponse,
} from '../../../../src/interface/conv/index.ts';
import type { InterfaceId } from '../../../../src/machine/call.ts';
import type { Address } from '../../../../src/machine/contract.ts';
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
  type Response,
} from '../../../../src/pdu/cl/index.ts';
import type { Timer } from '../../../../src/transport/clock.ts';
import type { DatagramSocket, Network } from '../../../../src/transport/network.ts';
import { ReceiveQueue, TransmitQueue } from './message.ts';

const NOTHING = new Uint8Array(0);
const GIVE_UP = 30_000;
const FIRST_PING = 2_000;
const LONGEST_PING = 8_000;
const DELAYED_ACK = 3_000;
const sameActivity = (a: Uuid, b: Uuid) => uuidKey(a) === uuidKey(b);

export type C706Outcome = { readonly stub: Uint8Array } | { readonly failed: string };

interface Call {
  readonly header: ClHeader;
  readonly idempotent: boolean;
  readonly done: (outcome: C706Outcome) => void;
  readonly out: TransmitQueue;
  receive: ReceiveQueue | null;
  serial: number;
  pings: number;
  heardAt: number;
  timer: Timer | null;
}

/** A client as a C706 runtime was seen to be: one activity, one socket, one call at a time. */
export class C706Client {
  readonly #network: Network;
  readonly #to: Address;
  readonly #interfaceId: InterfaceId;
  readonly #activity: Uuid;
  readonly #addressSpace: Uuid;
  #socket: DatagramSocket | null = null;
  #sequence = -1;
  #boot = 0;
  #hints = { interfaceHint: NO_HINT, activityHint: NO_HINT };
  #pduSize = 1_024;
  #call: Call | null = null;
  #ack: { readonly header: ClHeader; readonly timer: Timer } | null = null;

  constructor(network: Network, to: Address, interfaceId: InterfaceId, newUuid: () => Uuid) {
    this.#network = network;
    this.#to = to;
    this.#interfaceId = interfaceId;
    this.#activity = newUuid();
    this.#addressSpace = newUuid();
  }

  /** Again: the same activity goes on over another socket. */
  async open(local: Address): Promise<void> {
    await this.#socket?.close();
    this.#socket = await this.#network.bind(local, (datagram, from) => this.#take(decodeCl(datagram), from));
  }

  call(stub: Uint8Array, idempotent: boolean, done: (outcome: C706Outcome) => void): void {
    this.#ack?.timer.cancel();
    this.#ack = null;
    this.#sequence += 1;
    const single = stub.length <= this.#pduSize - 80;
    const header: ClHeader = {
      flags1: idempotent && single ? FLAGS1.idempotent : 0,
      flags2: 0,
      drep: DREP_LITTLE_ENDIAN,
      object: NIL_UUID,
      interfaceId: this.#interfaceId.uuid,
      activity: this.#activity,
      serverBoot: this.#boot,
      interfaceMajor: this.#interfaceId.version.major,
      interfaceMinor: this.#interfaceId.version.minor,
      sequence: this.#sequence,
      opnum: 0,
      ...this.#hints,
      fragment: 0,
      authProtocol: 0,
      serial: 0,
    };
    const call: Call = {
      header,
      idempotent: idempotent && single,
      done,
      out: new TransmitQueue(stub, this.#pduSize, ({ index, stub: body, flags1 }) => {
        const own = this.#next(call, { flags1: call.header.flags1 | flags1, fragment: index });
        this.#send({ type: 'request', header: own, stub: body, trailer: NOTHING });
        return own.serial;
      }),
      receive: null,
      serial: 0,
      pings: 0,
      heardAt: this.#network.clock.now(),
      timer: null,
    };
    this.#call = call;
    call.out.start();
    this.#arm(call);
  }

  #take(pdu: ClPdu, from: Address): void {
    const { header } = pdu;
    if (pdu.type === 'request') return this.#callback(pdu, from);
    if (pdu.type === 'ping' || !sameActivity(header.activity, this.#activity)) return;
    if (this.#boot !== 0 && header.serverBoot !== 0 && header.serverBoot !== this.#boot) return;
    const call = this.#call;
    if (call === null || header.sequence !== call.header.sequence) {
      const ends = (header.flags1 & FLAGS1.frag) === 0 || (header.flags1 & FLAGS1.lastfrag) !== 0;
      if ((pdu.type === 'response' || pdu.type === 'fault') && ends) this.#send({ type: 'ack', header: bare(header) });
      return;
    }
    if (header.serverBoot !== 0) this.#boot = header.serverBoot;
    this.#hints = { interfaceHint: header.interfaceHint, activityHint: header.activityHint };
    call.heardAt = this.#network.clock.now();
    call.pings = 0;
    switch (pdu.type) {
      case 'response':
        return this.#response(call, pdu);
      case 'fault':
      case 'reject':
        return this.#end(call, { failed: `${pdu.type} ${pdu.status.toString(16)}` });
      case 'working':
        if (!call.idempotent) call.out.free();
        break;
      case 'fack':
        if (pdu.body !== null) call.out.fack(header.fragment, pdu.body);
        this.#pduSize = call.out.pduSize;
        break;
      case 'nocall':
        if (pdu.body === null) call.out.again();
        else call.out.fack(header.fragment, pdu.body);
        break;
      default:
        return;
    }
    this.#arm(call);
  }

  #response(call: Call, pdu: Response): void {
    const { header } = pdu;
    call.out.free();
    if ((header.flags1 & FLAGS1.frag) === 0) return this.#end(call, { stub: pdu.stub.slice() });
    call.receive ??= new ReceiveQueue();
    const whole = call.receive.take(pdu);
    if (whole !== null) return this.#end(call, { stub: whole });
    if ((header.flags1 & FLAGS1.nofack) === 0) {
      const own = this.#next(call, { flags1: 0, fragment: call.receive.inOrder });
      this.#send({ type: 'fack', header: own, body: call.receive.body(header.serial) });
    }
    this.#arm(call);
  }

  #end(call: Call, outcome: C706Outcome): void {
    call.timer?.cancel();
    this.#call = null;
    if (!call.idempotent) {
      const header = bare(call.header);
      const { clock } = this.#network;
      this.#ack = {
        header,
        timer: clock.at(clock.now() + DELAYED_ACK, () => this.#send({ type: 'ack', header })),
      };
    }
    call.done(outcome);
  }

  /** Whole and sent: pings, 2 s, 4 s, 8 s apart. In the middle of sending: what is queued, again. */
  #arm(call: Call): void {
    call.timer?.cancel();
    const { clock } = this.#network;
    const wait = Math.min(LONGEST_PING, FIRST_PING << Math.min(call.pings, 2));
    call.timer = clock.at(clock.now() + wait, () => {
      if (this.#call !== call) return;
      if (clock.now() - call.heardAt >= GIVE_UP) return this.#end(call, { failed: 'no answer' });
      call.pings += 1;
      if (call.out.sent) {
        const own = this.#next(call, { flags1: 0, fragment: Math.max(0, call.out.lastIndex) });
        this.#send({ type: 'ping', header: own });
      } else call.out.again();
      this.#arm(call);
    });
  }

  #callback(pdu: Request, from: Address): void {
    const { header } = pdu;
    if (header.interfaceMajor !== 3) throw new Error('a C706 runtime would have aborted on this callback');
    const { activity, bootTime } = decodeConvCaller(pdu.stub, isLittleEndian(header));
    const call = sameActivity(activity, this.#activity) ? this.#call : null;
    if (call !== null && this.#boot === 0) this.#boot = bootTime;
    const status = call === null ? 0x1c00000a : this.#boot === bootTime ? 0 : 0x1c010009;
    const sequence = call?.header.sequence ?? 0;
    const stub =
      header.opnum === CONV.operations.conv_who_are_you
        ? encodeConvWhoAreYouResponse({ sequence, status })
        : encodeConvWhoAreYou2Response({ sequence, casUuid: this.#addressSpace, status });
    this.#socket?.send(encodeCl({ type: 'response', header: bare(header), stub, trailer: NOTHING }), from);
  }

  #next(call: Call, own: Partial<ClHeader>): ClHeader {
    const { serial } = call;
    call.serial += 1;
    return { ...call.header, serverBoot: this.#boot, ...own, serial };
  }

  #send(pdu: ClPdu): void {
    this.#socket?.send(encodeCl(pdu), this.#to);
  }
}

function bare(header: ClHeader): ClHeader {
  return { ...header, flags1: 0, flags2: 0, drep: DREP_LITTLE_ENDIAN, fragment: 0, serial: 0 };
}
