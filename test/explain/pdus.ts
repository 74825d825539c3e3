import { uuid } from '../../src/bytes/uuid.ts';
import type { Endpoint } from '../../src/capture/packet.ts';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { type ClHeader, type ClPdu, encodeCl, NO_HINT } from '../../src/pdu/cl/index.ts';

export const CLIENT = { host: '10.0.0.9', port: 5000 };
export const SERVER = { host: '10.0.0.5', port: 1047 };
export const ACTIVITY = uuid('11111111-2222-4333-8444-555555555502');
/** An interface that has no name here. */
export const UNKNOWN = uuid('0f0e0d0c-0b0a-4908-8706-050403020100');
export const START = Date.UTC(2003, 2, 18);

const NIL = new Uint8Array(16);

export function header(fields: Partial<ClHeader> = {}): ClHeader {
  return {
    flags1: 0,
    flags2: 0,
    drep: 0x100000,
    object: NIL,
    interfaceId: UNKNOWN,
    activity: ACTIVITY,
    serverBoot: 0,
    interfaceMajor: 1,
    interfaceMinor: 0,
    sequence: 0,
    opnum: 0,
    interfaceHint: NO_HINT,
    activityHint: NO_HINT,
    fragment: 0,
    authProtocol: 0,
    serial: 0,
    ...fields,
  };
}

export function request(fields: Partial<ClHeader> = {}, stub: Uint8Array = NIL): ClPdu {
  return { type: 'request', header: header(fields), stub, trailer: new Uint8Array(0) };
}

export function response(fields: Partial<ClHeader> = {}, stub: Uint8Array = NIL): ClPdu {
  return { type: 'response', header: header(fields), stub, trailer: new Uint8Array(0) };
}

export interface Sent {
  /** ms after START. */
  readonly ms: number;
  readonly pdu?: ClPdu;
  readonly payload?: Uint8Array;
  readonly from?: Endpoint;
  readonly to?: Endpoint;
}

/** A capture of them; what has no addresses goes from CLIENT to SERVER, or back where the type says so. */
export function captureOf(all: readonly Sent[]): Buffer {
  const writer = new PcapngWriter();
  return Buffer.concat([
    writer.header(),
    ...all.map(({ ms, pdu, payload = pdu === undefined ? NIL : encodeCl(pdu), from, to }) => {
      const isAnswer = pdu !== undefined && /response|fault|working|nocall|reject|cancel_ack/.test(pdu.type);
      const [source, destination] = isAnswer ? [SERVER, CLIENT] : [CLIENT, SERVER];
      return writer.packet({ timestampMs: START + ms, from: from ?? source, to: to ?? destination, payload });
    }),
  ]);
}
