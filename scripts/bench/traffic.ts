import { PcapWriter } from '../../src/capture/writers.ts';
import { ApiOpenCluster, CLUSAPI_OPERATIONS, CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { CONV, encodeConvWhoAreYou2Request, encodeConvWhoAreYou2Response } from '../../src/interface/conv/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';
import { type ClHeader, type ClPdu, encodeCl, NO_HINT } from '../../src/pdu/cl/index.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';

const SERVER = { host: '10.0.0.5', port: 1047 };
const BOOT = 1_047_945_600;
const NIL = new Uint8Array(16);
const SILENT_EVERY = 10;
const CALLS = 4;

export interface TrafficCounts {
  packets: number;
  calls: number;
  retransmissions: number;
  callbacks: number;
}

/** Opens of clusters by many hosts, one in ten of them in vain, packet by packet, until there are `packets`. */
export function* traffic(packets: number, counts: TrafficCounts): Generator<Uint8Array> {
  const writer = new PcapWriter();
  const newUuid = uuidSource(seededRandom(1));
  let now = BOOT * 1000;
  yield writer.header();
  for (let open = 0; ; open++) {
    const client = { host: `10.1.${(open >>> 6) & 0xff}.${open & 0x3f}`, port: 5000 + (open % 100) };
    const activity = newUuid();
    now += 7;
    for (const { pdu, isFromClient } of conversation(open, activity, newUuid)) {
      if (counts.packets === packets) return;
      counts.packets += 1;
      now += 0.25;
      const [from, to] = isFromClient ? [client, SERVER] : [SERVER, client];
      yield writer.packet({ timestampMs: now, from, to, payload: encodeCl(pdu) });
      if (pdu.type !== 'request') continue;
      if (pdu.header.interfaceId === CONV.uuid) counts.callbacks += 1;
      else if (pdu.header.serial > 0) counts.retransmissions += 1;
      else counts.calls += 1;
    }
  }
}

/** A request from each port of as many hosts as it takes, within four seconds, that nobody answers. */
export function* unanswered(packets: number): Generator<Uint8Array> {
  const PORTS = 62_500;
  const writer = new PcapWriter();
  const newUuid = uuidSource(seededRandom(2));
  yield writer.header();
  for (let i = 0; i < packets; i++) {
    const from = { host: `10.2.0.${1 + Math.floor(i / PORTS)}`, port: 1_025 + (i % PORTS) };
    const header = { ...headerOf(newUuid(), CLUSAPI_V2.uuid, CLUSAPI_V2.version.major), opnum: 3 };
    const payload = encodeCl(data('request', header, NIL.subarray(0, 0)));
    yield writer.packet({ timestampMs: BOOT * 1000 + (4_000 * i) / packets, from, to: SERVER, payload });
  }
}

interface Step {
  readonly pdu: ClPdu;
  readonly isFromClient: boolean;
}

function* conversation(open: number, activity: Uint8Array, newUuid: () => Uint8Array): Generator<Step> {
  const header = headerOf(activity, CLUSAPI_V2.uuid, CLUSAPI_V2.version.major);
  if (open % SILENT_EVERY === 0) {
    for (let serial = 0; serial < 6; serial++) {
      yield { isFromClient: true, pdu: data('request', { ...header, serial, opnum: 3 }, NIL.subarray(0, 0)) };
    }
    return;
  }
  for (let sequence = 0; sequence < CALLS; sequence++) {
    const call = { ...header, sequence, opnum: CLUSAPI_OPERATIONS.ApiOpenCluster };
    yield { isFromClient: true, pdu: data('request', call, NIL.subarray(0, 0)) };
    if (sequence === 0) yield* callback(activity, newUuid);
    const stub = ApiOpenCluster.encodeResponse({ status: 0, cluster: NIL_CONTEXT_HANDLE });
    yield { isFromClient: false, pdu: data('response', { ...call, serverBoot: BOOT }, stub) };
  }
  yield { isFromClient: true, pdu: { type: 'ack', header: { ...header, sequence: CALLS - 1, flags1: 0 } } };
}

function* callback(activity: Uint8Array, newUuid: () => Uint8Array): Generator<Step> {
  const header = { ...headerOf(newUuid(), CONV.uuid, CONV.version.major), opnum: 1, flags1: 0x20 };
  const caller = { activity, bootTime: BOOT };
  yield { isFromClient: false, pdu: data('request', header, encodeConvWhoAreYou2Request(caller)) };
  const answer = encodeConvWhoAreYou2Response({ sequence: 0, casUuid: activity, status: 0 });
  yield { isFromClient: true, pdu: data('response', { ...header, flags1: 0 }, answer) };
}

function data(type: 'request' | 'response', header: ClHeader, stub: Uint8Array): ClPdu {
  return { type, header, stub, trailer: stub.subarray(0, 0) };
}

function headerOf(activity: Uint8Array, interfaceId: Uint8Array, interfaceMajor: number): ClHeader {
  return {
    flags1: 0,
    flags2: 0,
    drep: 0x100000,
    object: NIL,
    interfaceId,
    activity,
    serverBoot: 0,
    interfaceMajor,
    interfaceMinor: 0,
    sequence: 0,
    opnum: 0,
    interfaceHint: NO_HINT,
    activityHint: NO_HINT,
    fragment: 0,
    authProtocol: 0,
    serial: 0,
  };
}
