import type { Datagram } from '../capture/packet.ts';
import {
  type ClHeader,
  type ClPdu,
  type ClType,
  FLAGS1,
  isLittleEndian,
  type Request,
  type Response,
} from '../pdu/cl/index.ts';
import { addPiece, type Call, type CallResult, isComplete, type Passage } from './call.ts';
import { resultStatus } from './result-status.ts';
import type { CallSemantics } from './types.ts';

/** Numbers above those of fragments: a fault or reject in place of a response is sent again by itself. */
const FAULT = 0x10000;
const REJECT = 0x10001;

/**
 * Adds a PDU to its call; null: a PDU that carries no message. `bodyCut`: the snap length took the end of the body, so that
 * nothing is read there.
 */
export function applyPdu(call: Call, pdu: ClPdu, datagram: Datagram, bodyCut: boolean): Passage | null {
  call.lastMs = datagram.timestampMs;
  if (isCopy(call, pdu, datagram.timestampMs)) return null;
  switch (pdu.type) {
    case 'request':
      return applyRequest(call, pdu, datagram);
    case 'ping':
      call.pings += 1;
      ask(call, datagram);
      return null;
    case 'ack':
      call.acks += 1;
      call.lastClientMs = datagram.timestampMs;
      call.acknowledged = true;
      return null;
    case 'cl_cancel':
      call.cancels += 1;
      ask(call, datagram);
      return null;
    case 'response':
      return applyResponse(call, pdu, datagram, bodyCut);
    case 'fault':
    case 'reject': {
      hear(call);
      const fragment = pdu.type === 'fault' ? FAULT : REJECT;
      const passage = addPiece(call.response, fragment, pdu.header.serial, false, 0, datagram);
      call.result ??= newResult(pdu.type, bodyCut ? null : pdu.status, datagram);
      return passage;
    }
    case 'working':
      call.workings += 1;
      hear(call);
      return null;
    case 'nocall':
      call.nocalls += 1;
      hear(call);
      return null;
    case 'cancel_ack':
      hear(call);
      return null;
    case 'fack':
      return null;
  }
}

/** Copies of a SPAN port and of both sides of a NAT follow at once; a client and a server that repeat themselves wait. */
const COPY_WITHIN_MS = 250;

/** Whether a PDU that carries no message is the one before of its side once more. Messages are told by their own serials. */
function isCopy(call: Call, { type, header }: ClPdu, ms: number): boolean {
  if (!CONTROLS.has(type)) return false;
  const side = CLIENT_CONTROLS.has(type) ? 'clientControl' : 'serverControl';
  const before = call[side];
  const { serial, fragment } = header;
  call[side] = { type, serial, fragment, ms };
  if (before === null || before.type !== type || before.serial !== serial || before.fragment !== fragment) return false;
  return Math.abs(ms - before.ms) < COPY_WITHIN_MS;
}

const CLIENT_CONTROLS: ReadonlySet<ClType> = new Set(['ping', 'ack', 'cl_cancel']);
const CONTROLS: ReadonlySet<ClType> = new Set([...CLIENT_CONTROLS, 'working', 'nocall', 'cancel_ack']);

/** A fack goes both ways: only the addresses tell whose it is. */
export function applyFack(call: Call, fragment: number, isFromClient: boolean, datagram: Datagram): void {
  call.lastMs = datagram.timestampMs;
  if (!isFromClient) {
    call.serverFacks += 1;
    hear(call);
    return;
  }
  call.clientFacks += 1;
  call.lastClientMs = datagram.timestampMs;
  if (call.response.last !== null && fragment === call.response.last) call.acknowledged = true;
}

function applyRequest(call: Call, pdu: Request, datagram: Datagram): Passage {
  const { header, stub, trailer } = pdu;
  call.semantics = semanticsOf(header.flags1);
  if (header.authProtocol !== 0) {
    const level = trailer[(8 - (stub.length % 8)) % 8] ?? null;
    call.authentication ??= { protocol: header.authProtocol, level };
  }
  const passage = addPiece(call.request, header.fragment, header.serial, isLast(header), stub.length, datagram);
  if (passage === 'retransmission') ask(call, datagram);
  else call.lastClientMs = datagram.timestampMs;
  return passage;
}

function applyResponse(call: Call, pdu: Response, datagram: Datagram, bodyCut: boolean): Passage {
  hear(call);
  const { header, stub } = pdu;
  const last = isLast(header);
  const passage = addPiece(call.response, header.fragment, header.serial, last, stub.length, datagram);
  if (last && !bodyCut && call.authentication?.level !== PRIVACY) {
    call.status = resultStatus(call.interface, call.opnum, stub, isLittleEndian(header));
  }
  if (call.result === null && isComplete(call.response)) call.result = newResult('response', call.status, datagram);
  return passage;
}

/** At this level the stub is encrypted ([MS-RPCE] 2.2.1.1.8). */
const PRIVACY = 6;

function isLast({ flags1 }: ClHeader): boolean {
  return (flags1 & FLAGS1.frag) === 0 || (flags1 & FLAGS1.lastfrag) !== 0;
}

function newResult(kind: CallResult['kind'], status: number | null, { number, timestampMs }: Datagram): CallResult {
  return { kind, status, frame: number, ms: timestampMs };
}

/** The client wants to know, or sends once more. */
function ask(call: Call, { timestampMs }: Datagram): void {
  call.lastClientMs = timestampMs;
  call.unheardAsks += 1;
  if (call.result !== null) call.askedAgain += 1;
}

function hear(call: Call): void {
  call.heard += 1;
  call.unheardAsks = 0;
}

function semanticsOf(flags1: number): CallSemantics {
  if ((flags1 & FLAGS1.maybe) !== 0) return 'maybe';
  if ((flags1 & FLAGS1.broadcast) !== 0) return 'broadcast';
  return (flags1 & FLAGS1.idempotent) !== 0 ? 'idempotent' : 'at-most-once';
}
