import { type ClHeader, type ClPdu, encodeCl, FLAGS1, FLAGS2 } from '../../../pdu/cl/index.ts';
import { type NcaSymbol, ncaCode } from '../../../status/nca.ts';
import type { Address } from '../../contract.ts';
import { fragmentBody } from '../message/fragment-size.ts';
import { replyHeader, SINGLE_RESPONSE } from '../message/reply.ts';
import { openSendWindow, sendAgain, sendBurst } from '../message/send-window.ts';
import { ask, mayAsk } from './ask.ts';
import { type ServerContext, semanticsOf, transmit, transmitToPeer } from './context.ts';
import { roomForCallback } from './limits.ts';
import type { ServerCall } from './state.ts';
import type { Outcome } from './types.ts';

const NOTHING = new Uint8Array(0);

/** Makes the answer ready for its first transmission. */
export function prepareAnswer(context: ServerContext, call: ServerCall, outcome: Outcome, now: number): void {
  const { activity } = call;
  call.state = 'sending';
  call.progressAt = now;
  if (outcome.kind !== 'response') {
    const own = answerHeader(context, call, 0);
    const { kind: type, status } = outcome;
    call.answer = encodeCl(
      type === 'fault' ? { type, header: own, status, trailer: NOTHING } : { type, header: own, status },
    );
  } else if (outcome.stub.length > context.settings.maxMessage) {
    const status = ncaCode('nca_s_out_args_too_big');
    call.answer = encodeCl({ type: 'fault', header: answerHeader(context, call, 0), status, trailer: NOTHING });
  } else if (outcome.stub.length > fragmentBody(call.pduSize)) {
    call.send = openSendWindow(outcome.stub, activity.burst, activity.peerWindow, now);
  } else {
    const own = answerHeader(context, call, SINGLE_RESPONSE);
    call.answer = encodeCl({ type: 'response', header: own, stub: outcome.stub, trailer: NOTHING });
  }
}

/** Sends the answer, or the next burst of its fragments; `again`: what went out before counts as lost. */
export function sendAnswer(context: ServerContext, call: ServerCall, now: number, again = false): void {
  const { activity, send, answer } = call;
  const { peer } = activity;
  const size = answer?.length ?? Math.min(call.pduSize, send?.stub.length ?? 0);
  call.blocked = !peer.proven && peer.sent + size > peer.received * context.settings.amplification;
  call.answeredAt = now;
  armRepeat(context, call);
  if (call.blocked) {
    context.counters.amplificationRefused += 1;
    if (!mayAsk(context, activity)) return;
    roomForCallback(context);
    return ask(context, call, now);
  }
  if (answer !== null) return sendWhole(context, call, answer);
  if (send === null || (again && now - send.sentAt < context.settings.burstPause)) return;
  const go = again ? sendAgain : sendBurst;
  go(
    send,
    fragmentBody(pduSize(context, call)),
    ({ index, stub, last, asksFack }) => {
      const flags1 = FLAGS1.frag | (last ? FLAGS1.lastfrag : 0) | (asksFack ? 0 : FLAGS1.nofack);
      const header = { ...answerHeader(context, call, flags1), fragment: index, serial: nextSerial(call) };
      transmitToPeer(context, peer, encodeCl({ type: 'response', header, stub, trailer: NOTHING }), activity.address);
      return header.serial;
    },
    now,
  );
}

/** Answers that are repeated unasked, where the settings want it. */
export function resendAnswers(context: ServerContext, now: number): void {
  if (context.settings.responseRetransmit === null) return;
  for (const call of context.calls.values()) {
    if (call.state !== 'sending') continue;
    if (repeatAt(context, call) > now) armRepeat(context, call);
    else {
      call.repeats += 1;
      sendAnswer(context, call, now, true);
    }
  }
}

/** A refusal by the runtime: nothing is remembered of the call. A maybe call is refused in silence. */
export function reject(context: ServerContext, asked: ClHeader, to: Address, status: NcaSymbol | number): void {
  const datagram = rejection(context, asked, status);
  if (datagram !== null) transmit(context, datagram, to);
}

/** A refusal of a call that its activity has taken up already. */
export function rejectCall(context: ServerContext, { header, activity }: ServerCall, status: NcaSymbol): void {
  const datagram = rejection(context, header, status);
  if (datagram !== null) transmitToPeer(context, activity.peer, datagram, activity.address);
}

export function controlHeader({ drep, bootTime }: ServerContext, { header }: ClPdu): ClHeader {
  return replyHeader(header, { drep, serverBoot: bootTime });
}

function rejection(context: ServerContext, asked: ClHeader, status: NcaSymbol | number): Uint8Array | null {
  context.counters.rejected += 1;
  if (semanticsOf(asked) === 'maybe') return null;
  const header = replyHeader(asked, { drep: context.drep });
  return encodeCl({ type: 'reject', header, status: typeof status === 'number' ? status : ncaCode(status) });
}

/** Every transmission has a serial number of its own; the first one is 0 and the bytes are sent as they are. */
function sendWhole(context: ServerContext, call: ServerCall, answer: Uint8Array): void {
  const datagram = call.serial === 0 ? answer : answer.slice();
  const serial = nextSerial(call);
  datagram[7] = serial >>> 8;
  datagram[79] = serial & 0xff;
  transmitToPeer(context, call.activity.peer, datagram, call.activity.address);
}

function nextSerial(call: ServerCall): number {
  const { serial } = call;
  call.serial = (serial + 1) & 0xffff;
  return serial;
}

function answerHeader(
  context: ServerContext,
  { header, cancelId, interfaceHint }: ServerCall,
  flags1: number,
): ClHeader {
  return replyHeader(header, {
    flags1,
    flags2: cancelId === 0 ? 0 : FLAGS2.cancelPending,
    drep: context.drep,
    serverBoot: context.bootTime,
    interfaceHint,
  });
}

function armRepeat(context: ServerContext, call: ServerCall): void {
  if (context.settings.responseRetransmit !== null) context.out.arm(repeatAt(context, call));
}

function repeatAt({ settings }: ServerContext, { answeredAt, repeats }: ServerCall): number {
  const first = settings.responseRetransmit ?? Number.POSITIVE_INFINITY;
  return answeredAt + Math.min(first * 2 ** repeats, Math.max(first, settings.responseRetransmitMax));
}

/** Windows keeps to one size for a call: what was learnt counts from the next one on. */
function pduSize({ settings }: ServerContext, { activity, pduSize }: ServerCall): number {
  return settings.sizeGrowth === 'at-once' ? activity.pduSize : pduSize;
}
