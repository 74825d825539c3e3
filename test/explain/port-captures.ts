import { PcapWriter } from '../../src/capture/writers.ts';
import { ApiCloseCluster, ApiOpenCluster, CLUSAPI_OPERATIONS, CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { CONV, encodeConvWhoAreYou2Request, encodeConvWhoAreYou2Response } from '../../src/interface/conv/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';
import { type ClHeader, encodeCl } from '../../src/pdu/cl/index.ts';
import { ncaCode } from '../../src/status/nca.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { CLIENT, header, request, response, SERVER, START } from './pdus.ts';

/** An open as a capture shows it. */
export interface SeenOpen {
  readonly process: number;
  readonly port: number;
  readonly fromMs: number;
  /** When its handle was closed; infinite: in no capture. */
  readonly untilMs: number;
  readonly failure: 'no-answer' | 'reject' | 'no-callback' | null;
}

export interface CaptureNoise {
  /** The client host. */
  readonly host?: string;
  /** The share of packets that the capture misses. */
  readonly loss?: number;
  /** It begins and ends at these times. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

const BOOT = 1_047_945_600;
const NOTHING = new Uint8Array(0);
const OPENED = ApiOpenCluster.encodeResponse({ status: 0, cluster: NIL_CONTEXT_HANDLE });
const CLOSED = ApiCloseCluster.encodeResponse({ status: 0, cluster: NIL_CONTEXT_HANDLE });

interface Packet {
  readonly ms: number;
  readonly port: number;
  readonly isFromClient: boolean;
  readonly payload: Uint8Array;
}

/** A capture beside one client host, packet by packet in the order of time. */
export function captureOfOpens(opens: readonly SeenOpen[], seed: number, noise: CaptureNoise = {}): Buffer {
  const { host = CLIENT.host, loss = 0, fromMs = 0, untilMs = Number.POSITIVE_INFINITY } = noise;
  const random = seededRandom(seed);
  const newUuid = uuidSource(random);
  const processes = new Map<number, Uint8Array>();
  const addressSpaceOf = (process: number): Uint8Array => {
    const known = processes.get(process) ?? newUuid();
    processes.set(process, known);
    return known;
  };
  const writer = new PcapWriter('microseconds');
  const records = opens
    .flatMap((open) => packetsOf(open, addressSpaceOf(open.process), newUuid))
    .filter(({ ms }) => ms >= fromMs && ms <= untilMs && random() >= loss)
    .sort((a, b) => a.ms - b.ms)
    .map(({ ms, port, isFromClient, payload }) => {
      const [from, to] = isFromClient ? [{ host, port }, SERVER] : [SERVER, { host, port }];
      return writer.packet({ timestampMs: START + ms, from, to, payload });
    });
  return Buffer.concat([writer.header(), ...records]);
}

function packetsOf(
  { port, fromMs, untilMs, failure }: SeenOpen,
  casUuid: Uint8Array,
  newUuid: () => Uint8Array,
): Packet[] {
  const activity = newUuid();
  const { uuid: interfaceId, version } = CLUSAPI_V2;
  const fields = { activity, interfaceId, interfaceMajor: version.major };
  const call = (sequence: number, opnum: number, more: Partial<ClHeader> = {}) => ({
    ...fields,
    sequence,
    opnum,
    ...more,
  });
  const open = (more: Partial<ClHeader> = {}) => call(0, CLUSAPI_OPERATIONS.ApiOpenCluster, more);
  const client = (ms: number, payload: Uint8Array): Packet => ({ ms: fromMs + ms, port, isFromClient: true, payload });
  const server = (ms: number, payload: Uint8Array): Packet => ({ ms: fromMs + ms, port, isFromClient: false, payload });
  const asked = client(0, encodeCl(request(open(), NOTHING)));
  const again = [1, 3].map((s) => client(s * 1000, encodeCl(request(open({ serial: s }), NOTHING))));
  const callback = { activity: newUuid(), interfaceId: CONV.uuid, interfaceMajor: CONV.version.major, opnum: 1 };
  const who = (serial: number) =>
    encodeCl(request({ ...callback, flags1: 0x20, serial }, encodeConvWhoAreYou2Request({ activity, bootTime: BOOT })));
  if (failure === 'no-answer') return [asked, ...again];
  if (failure === 'no-callback') return [asked, ...[0, 1, 3].map((s) => server(1 + s * 1000, who(s))), ...again];
  const told = encodeConvWhoAreYou2Response({ sequence: 0, casUuid, status: 0 });
  const identified = [asked, server(1, who(0)), client(2, encodeCl(response(callback, told)))];
  if (failure === 'reject') {
    const status = ncaCode('nca_s_server_too_busy');
    return [...identified, server(4, encodeCl({ type: 'reject', header: header(open()), status }))];
  }
  const opened = [...identified, server(4, encodeCl(response(open({ serverBoot: BOOT }), OPENED)))];
  if (!Number.isFinite(untilMs)) return opened;
  const close = call(1, CLUSAPI_OPERATIONS.ApiCloseCluster);
  // A handle is closed a moment after it was got.
  const closesAt = Math.max(10, untilMs - fromMs);
  return [
    ...opened,
    client(closesAt, encodeCl(request(close, NOTHING))),
    server(closesAt + 2, encodeCl(response({ ...close, serverBoot: BOOT }, CLOSED))),
  ];
}
