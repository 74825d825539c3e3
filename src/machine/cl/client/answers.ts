import { type ClPdu, type Fack, FLAGS1, isLittleEndian, type Nocall, type Response } from '../../../pdu/cl/index.ts';
import { ncaCode } from '../../../status/nca.ts';
import type { Address } from '../../contract.ts';
import { readFack } from '../message/fack.ts';
import { sizeSeen, sizeTold, windowTold } from '../message/fragment-size.ts';
import { heldBytes, isWhole, openReceiveWindow, storeFragment, wholeMessage } from '../message/receive-window.ts';
import { hasArrived, startOver, takeFack } from '../message/send-window.ts';
import { acknowledge } from './acknowledge.ts';
import { advanceQueue, endMaybe, finish } from './calls.ts';
import { armCall, type ClientContext } from './context.ts';
import { giveUp } from './end.ts';
import { type Binding, type Call, overheadOf, traceOf } from './state.ts';
import { stepCall } from './transitions.ts';
import { transmitFack, transmitRequest } from './transmit.ts';

const WRONG_BOOT_TIME = ncaCode('nca_s_wrong_boot_time');

/** A response that is complete, or one more fragment of it. */
export function takeResponse(context: ClientContext, call: Call, pdu: Response, from: Address, now: number): void {
  if ((pdu.header.flags1 & FLAGS1.frag) !== 0) return takeFragment(context, call, pdu, from, now);
  if (call.receive !== null) {
    context.counters.fragmentsRefused += 1;
    return;
  }
  stepCall(call, 'response');
  finish(context, call, now, from);
  deliver(context, call, pdu, pdu.stub);
}

/** Fault or reject: `status` is the server's last word. */
export function fail(context: ClientContext, call: Call, pdu: ClPdu, from: Address, now: number): void {
  if (pdu.type !== 'fault' && pdu.type !== 'reject') return;
  if (pdu.status === WRONG_BOOT_TIME) forgetServer(call.activity.binding);
  stepCall(call, pdu.type);
  finish(context, call, now, from);
  context.out.event({ kind: pdu.type, call: call.id, status: pdu.status, trace: traceOf(call) });
}

/** Another life of the server: neither its boot time nor its hints hold. */
function forgetServer(binding: Binding): void {
  binding.serverBoot = 0;
  binding.hints.length = 0;
}

/** The server has the whole request: from now on pings ask after it. */
export function serverWorks(context: ClientContext, call: Call, now: number): void {
  // Only what answers a ping: each late fragment may draw a working of its own.
  if (call.state === 'dispatched' && call.pinged) lengthenPause(context, call);
  call.pinged = false;
  arrived(context, call, now);
}

/** A fack: which fragments have arrived, and how many more may go. A request in one PDU has arrived by it. */
export function takeRequestFack(context: ClientContext, call: Call, pdu: Fack, now: number): void {
  if (call.send === null) {
    if (pdu.header.fragment === 0) arrived(context, call, now);
    return;
  }
  const { settings } = context;
  const { body } = pdu;
  const { activity } = call;
  if (body !== null) activity.pduSize = Math.max(activity.pduSize, sizeTold(body, activity.binding.maxPdu));
  const { base } = call.send;
  const room = body === null ? null : windowTold(body.windowSize, call.pduSize, settings);
  const value = takeFack(call.send, readFack(pdu), room, settings.burstMax);
  if (call.send.base > base) {
    call.progressAt = now;
    call.nocalls = 0;
    call.wait = settings.retransmitInitial;
  }
  if (hasArrived(call.send)) return arrived(context, call, now);
  if (value !== 'news') return;
  transmitRequest(context, call, now);
  armCall(context, call, now + call.wait);
  endMaybe(context, call, now);
}

/**
 * A server that lost the request, or a part of it, asks for it by nocall. Of those without a body only the first after a
 * ping counts, so nobody can make us loop.
 */
export function takeNocall(context: ClientContext, call: Call, pdu: Nocall, now: number): void {
  const { settings } = context;
  const { header, body } = pdu;
  if (body === null || body.windowSize > 0) {
    call.nocalls += 1;
    if (call.nocalls >= settings.nocallLimit) return violate(context, call, 'the server takes no part of it', now);
  } else lengthenPause(context, call);
  if (body !== null && call.send !== null && call.state === 'sending')
    return takeRequestFack(context, call, { type: 'fack', header, body }, now);
  if (!call.pinged) return;
  stepCall(call, 'nocall');
  if (call.send !== null) startOver(call.send);
  transmitRequest(context, call, now);
  armCall(context, call, now + (body?.windowSize === 0 ? call.pause : call.wait));
}

/** The server broke the protocol: the call is over, whatever becomes of it there. */
export function violate(context: ClientContext, call: Call, reason: string, now: number): void {
  giveUp(context, call, now);
  context.out.event({ kind: 'violation', call: call.id, reason, trace: traceOf(call) });
}

function takeFragment(context: ClientContext, call: Call, pdu: Response, from: Address, now: number): void {
  const { settings, counters } = context;
  const { activity } = call;
  call.receive ??= openReceiveWindow(pdu.header.serial);
  const before = heldBytes(call.receive);
  const stored = storeFragment(call.receive, pdu, settings);
  context.reassembly += heldBytes(call.receive) - before;
  if (stored === 'too-long' || context.reassembly > settings.maxReassembly) {
    counters.messagesRefused += 1;
    return violate(context, call, 'the response is longer than the limit', now);
  }
  if (stored === 'refused') {
    counters.fragmentsRefused += 1;
    return;
  }
  if (stored === 'stored') call.progressAt = now;
  activity.pduSize = sizeSeen(activity.pduSize, pdu.stub.length, overheadOf(activity), settings.maxPdu);
  const asked = (pdu.header.flags1 & FLAGS1.nofack) === 0;
  if (isWhole(call.receive)) {
    stepCall(call, 'response');
    finish(context, call, now, from);
    if (asked && activity.state === 'ack-pending') acknowledge(context, activity, now);
    return deliver(context, call, pdu, wholeMessage(call.receive));
  }
  stepCall(call, 'part');
  // A gap before the last fragment is told at once: the server, by Windows' rule, would not ask.
  if (asked || (pdu.header.flags1 & FLAGS1.lastfrag) !== 0) transmitFack(context, call, pdu.header.serial);
  call.wait = settings.retransmitInitial;
  armCall(context, call, now + call.wait);
  advanceQueue(context, activity, now);
}

function deliver({ out }: ClientContext, call: Call, pdu: Response, stub: Uint8Array): void {
  out.event({ kind: 'response', call: call.id, stub, littleEndian: isLittleEndian(pdu.header), trace: traceOf(call) });
}

function arrived(context: ClientContext, call: Call, now: number): void {
  if (call.semantics === 'maybe') return endMaybe(context, call, now);
  stepCall(call, 'arrived');
  call.nocalls = 0;
  call.progressAt = now;
  call.wait = context.settings.retransmitInitial;
  armCall(context, call, now + call.pause);
  advanceQueue(context, call.activity, now);
}

function lengthenPause({ settings }: ClientContext, call: Call): void {
  call.pause = Math.min(call.pause * 2, settings.retransmitMax);
}
