import {
  CL_HEADER_SIZE,
  type ClHeader,
  type ClPdu,
  decodeHeader,
  FLAGS1,
  FLAGS2,
  type Reject,
} from '../../../pdu/cl/index.ts';
import { type NcaSymbol, ncaCode } from '../../../status/nca.ts';
import type { Outcome } from '../../call.ts';
import type { Address } from '../../contract.ts';
import { fragmentBody } from '../message/fragment-size.ts';
import { replyHeader, SINGLE_RESPONSE } from '../message/reply-header.ts';
import { type Fragment, openSendWindow, sendAgain, sendBurst, wasSent } from '../message/send-window.ts';
import { ask, mayAsk } from './ask.ts';
import { type ServerContext, semanticsOf } from './context.ts';
import { emit, emitTo } from './emit.ts';
import { roomForCallback } from './limits.ts';
import { overheadOf, type ServerActivity, type ServerCall } from './state.ts';
import { step } from './transitions.ts';

const NOTHING = new Uint8Array(0);

/** Makes the answer ready for its first transmission. */
export function prepareAnswer(context: ServerContext, call: ServerCall, outcome: Outcome, now: number): void {
  const { activity } = call;
  step(call, 'answered');
  call.progressAt = now;
  if (outcome.kind !== 'response') call.answer = outcome;
  else if (outcome.stub.length > context.settings.maxMessage)
    call.answer = { kind: 'fault', status: ncaCode('nca_s_out_args_too_big') };
  else if (outcome.stub.length > fragmentBody(call.pduSize, overheadOf(call)))
    call.send = openSendWindow(outcome.stub, activity.burst, activity.peerWindow, now);
  else call.answer = outcome;
}

/** Sends the answer, or the next burst of its fragments; `again`: what went out before counts as lost. */
export function sendAnswer(context: ServerContext, call: ServerCall, now: number, again = false): void {
  const { activity, send, answer } = call;
  const { peer } = activity;
  const size = answer === null ? Math.min(call.pduSize, send?.stub.length ?? 0) : sizeOf(answer, call);
  call.blocked = !peer.proven && peer.sent + size > peer.received * context.settings.amplification;
  call.answeredAt = now;
  armRepeat(context, call);
  if (call.blocked) {
    context.counters.amplificationRefused += 1;
    if (!mayAsk(context, activity)) return;
    roomForCallback(context, now);
    return ask(context, activity, call.header, now);
  }
  if (answer !== null) return emitTo(context, activity, pduOf(context, call, answer), call.security);
  if (send === null || (again && now - send.sentAt < context.settings.burstPause)) return;
  const go = again ? sendAgain : sendBurst;
  const body = fragmentBody(pduSize(context, call), overheadOf(call));
  go(send, body, (fragment) => sendFragment(context, call, fragment), now);
}

/** A refusal by the runtime: nothing is remembered of the call. A maybe call is refused in silence. */
export function reject(context: ServerContext, asked: ClHeader, to: Address, status: NcaSymbol | number): void {
  const pdu = rejection(context, asked, status);
  if (pdu !== null) emit(context, pdu, to);
}

/** A refusal of a call whose activity is known. */
export function rejectCall(
  context: ServerContext,
  activity: ServerActivity,
  asked: ClHeader,
  status: NcaSymbol | number,
): void {
  const pdu = rejection(context, asked, status);
  if (pdu !== null) emitTo(context, activity, pdu);
}

/** A datagram that speaks RPC of another version, or none, and is long enough that its answer cannot serve to flood its sender. */
export function isOtherVersion({ settings }: ServerContext, datagram: Uint8Array): boolean {
  const [first = 0] = datagram;
  const allowed = datagram.length * settings.amplification;
  return settings.otherVersions === 'reject' && (first & 0x0f) !== 4 && allowed >= CL_HEADER_SIZE + 4;
}

/** What stands where the names of a call would is sent back as it came; what is missing there is zero. */
export function rejectVersion(context: ServerContext, datagram: Uint8Array, to: Address): void {
  const { drep, counters } = context;
  const request = new Uint8Array(CL_HEADER_SIZE);
  request.set(datagram.subarray(0, CL_HEADER_SIZE));
  request.set([4, 0, (datagram[2] ?? 0) & FLAGS1.idempotent, 0, drep >>> 16, drep >>> 8, drep]);
  request.fill(0, 74, 76); // the length of its body
  const asked = decodeHeader(request).header;
  counters.rejected += 1;
  const header = replyHeader(asked, { drep, flags1: asked.flags1, serial: asked.serial, serverBoot: context.bootTime });
  emit(context, { type: 'reject', header, status: ncaCode('nca_s_rpc_version_mismatch') }, to);
}

export function controlHeader({ drep, bootTime }: ServerContext, { header }: ClPdu): ClHeader {
  return replyHeader(header, { drep, serverBoot: bootTime });
}

function rejection(context: ServerContext, asked: ClHeader, status: NcaSymbol | number): Reject | null {
  context.counters.rejected += 1;
  if (semanticsOf(asked) === 'maybe') return null;
  const header = replyHeader(asked, { drep: context.drep });
  return { type: 'reject', header, status: typeof status === 'number' ? status : ncaCode(status) };
}

function sendFragment(context: ServerContext, call: ServerCall, { index, stub, last, asksFack }: Fragment): number {
  const flags1 = FLAGS1.frag | (last ? FLAGS1.lastfrag : 0) | (asksFack ? 0 : FLAGS1.nofack);
  const header = answerHeader(context, call, flags1, index);
  emitTo(context, call.activity, { type: 'response', header, stub, trailer: NOTHING }, call.security);
  return header.serial;
}

/** An answer that fits one PDU, for its next transmission. */
function pduOf(context: ServerContext, call: ServerCall, answer: Outcome): ClPdu {
  const header = answerHeader(context, call, answer.kind === 'response' ? SINGLE_RESPONSE : 0, 0);
  switch (answer.kind) {
    case 'response':
      return { type: 'response', header, stub: answer.stub, trailer: NOTHING };
    case 'fault':
      return { type: 'fault', header, status: answer.status, trailer: NOTHING };
    case 'reject':
      return { type: 'reject', header: { ...header, authProtocol: 0 }, status: answer.status };
  }
}

function sizeOf(answer: Outcome, call: ServerCall): number {
  return CL_HEADER_SIZE + (answer.kind === 'response' ? answer.stub.length : 4) + overheadOf(call);
}

/** Every transmission has a serial number of its own. */
function answerHeader(context: ServerContext, call: ServerCall, flags1: number, fragment: number): ClHeader {
  const { header, cancelId, interfaceHint, security, serial } = call;
  call.serial = (serial + 1) & 0xffff;
  return replyHeader(header, {
    flags1,
    flags2: cancelId === 0 ? 0 : FLAGS2.cancelPending,
    drep: context.drep,
    serverBoot: context.bootTime,
    interfaceHint,
    fragment,
    authProtocol: security?.protocol ?? 0,
    serial,
  });
}

function armRepeat(context: ServerContext, call: ServerCall): void {
  if (context.settings.responseRetransmit === null) return;
  // An idempotent call may be executed again: who misses an answer in one PDU asks for it.
  if (call.send === null && semanticsOf(call.header) !== 'at-most-once') return;
  wakeForRepeat(context, call);
}

export function wakeForRepeat(context: ServerContext, call: ServerCall): void {
  const at = repeatAt(context, call);
  context.repeats.wake(call.activity, at);
  context.out.arm(at);
}

/** When the answer, or the fack of an unfinished request, is to be sent again unasked. */
export function repeatAt({ settings }: ServerContext, { state, answeredAt, repeats, send }: ServerCall): number {
  // A fack is answered at once, the end of a response when its client likes.
  const soon = state === 'receiving' || (send !== null && !wasSent(send));
  const first = (soon ? settings.fackRetransmit : null) ?? settings.responseRetransmit ?? Number.POSITIVE_INFINITY;
  return answeredAt + Math.min(first * 2 ** repeats, Math.max(first, settings.responseRetransmitMax));
}

/** Windows keeps to one size for a call: what was learnt counts from the next one on. */
function pduSize({ settings }: ServerContext, { activity, pduSize }: ServerCall): number {
  return settings.sizeGrowth === 'at-once' ? activity.pduSize : pduSize;
}
