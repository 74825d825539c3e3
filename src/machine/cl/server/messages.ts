import { type ClPdu, type Fack, FLAGS1, type Request } from '../../../pdu/cl/index.ts';
import { fackBody, inOrder, readFack } from '../message/fack.ts';
import { sizeSeen, sizeTold, windowTold } from '../message/fragment-size.ts';
import { heldBytes, isWhole, storeFragment, wholeMessage } from '../message/receive-window.ts';
import { replyHeader } from '../message/reply-header.ts';
import { hasArrived, takeFack } from '../message/send-window.ts';
import { rejectCall, sendAnswer, wakeForRepeat } from './answers.ts';
import { dispatchOrHold } from './calls.ts';
import { count, type ServerContext } from './context.ts';
import { emitTo } from './emit.ts';
import { roomForFragments } from './limits.ts';
import { releaseFragments, removeCall } from './remove.ts';
import { overheadOf, type ServerCall } from './state.ts';

/** How often a fack is repeated unasked until something new comes. */
const MAX_FACK_REPEATS = 4;

/** One more fragment of a request. */
export function takeRequestFragment(context: ServerContext, call: ServerCall, pdu: Request, now: number): void {
  const { settings, counters, receiving } = context;
  const { receive, activity } = call;
  const { header } = pdu;
  if (receive === null || header.opnum !== call.header.opnum || (header.flags1 & FLAGS1.frag) === 0) return;
  if (header.fragment > receive.base && !roomAhead(context, call)) {
    counters.fragmentsRefused += 1;
    return;
  }
  const [ahead, bytes] = [receive.ahead.size, heldBytes(receive)];
  const stored = storeFragment(receive, pdu, settings);
  count(context, activity, receive.ahead.size - ahead, heldBytes(receive) - bytes);
  if (stored === 'too-long' || activity.peer.reassembly > settings.maxReassemblyPerPeer) {
    counters.messagesRefused += 1;
    removeCall(context, call, now);
    return rejectCall(context, activity, call.header, 'nca_s_fault_remote_no_memory');
  }
  if (stored === 'refused') {
    counters.fragmentsRefused += 1;
    return;
  }
  if (stored === 'stored') {
    call.progressAt = now;
    call.asked = 0;
    call.repeats = 0;
    receiving.delete(call);
    receiving.add(call);
    activity.pduSize = sizeSeen(activity.pduSize, pdu.stub.length, overheadOf(call), settings.maxPdu);
  }
  if (isWhole(receive)) {
    call.stub = wholeMessage(receive);
    releaseFragments(context, call);
    return dispatchOrHold(context, call, now);
  }
  roomForFragments(context, now);
  // A gap before the last fragment is told at once: the client need not ask before its timer runs out.
  if ((header.flags1 & FLAGS1.nofack) === 0 || (header.flags1 & FLAGS1.lastfrag) !== 0)
    tellMissing(context, call, pdu, 'fack', now);
}

/**
 * A ping of a call whose fragments are missing. Windows wants a fack, C706 clients a nocall with the same body; who may be
 * either gets them in turn, since five nocalls end the call of a Windows client ([MS-RPCE] note 84).
 */
export function tellMissingToPing(context: ServerContext, call: ServerCall, pdu: ClPdu, now: number): void {
  const { missingFragments } = context.settings;
  const inTurn = call.asked % 2 === 0 ? 'fack' : 'nocall';
  call.asked += 1;
  tellMissing(context, call, pdu, missingFragments === 'in-turn' ? inTurn : missingFragments, now);
}

/** What has arrived of the request: a fack, or a nocall with the same body. */
function tellMissing(context: ServerContext, call: ServerCall, pdu: ClPdu, type: 'fack' | 'nocall', now: number): void {
  call.told = pdu.header.serial;
  call.answeredAt = now;
  sendMissing(context, call, type);
  if (context.settings.fackRetransmit !== null) wakeForRepeat(context, call);
}

/** The last fack once more: it may be what was lost, and a peer that had it takes it for old. */
export function tellMissingAgain(context: ServerContext, call: ServerCall, now: number): void {
  if (call.repeats >= MAX_FACK_REPEATS) return;
  call.repeats += 1;
  call.answeredAt = now;
  sendMissing(context, call, 'fack');
  wakeForRepeat(context, call);
}

function sendMissing(context: ServerContext, call: ServerCall, type: 'fack' | 'nocall'): void {
  const { receive, activity, header: asked, told } = call;
  if (receive === null) return;
  const { drep, bootTime, settings } = context;
  const header = replyHeader(asked, { drep, serverBoot: bootTime, fragment: inOrder(receive) });
  emitTo(context, activity, { type, header, body: fackBody(receive, settings, settings.maxPdu, told) });
}

/** A fack of the response: when all has arrived the call is over, otherwise the next burst goes out. */
export function takeResponseFack(context: ServerContext, call: ServerCall, pdu: Fack, now: number): void {
  const { settings } = context;
  const { send, activity } = call;
  if (send === null) {
    if (pdu.header.fragment === 0) removeCall(context, call, now);
    return;
  }
  const { body } = pdu;
  if (body !== null) activity.pduSize = Math.max(activity.pduSize, sizeTold(body, settings.maxPdu));
  const { base } = send;
  const room = body === null ? null : windowTold(body.windowSize, call.pduSize, settings);
  const value = takeFack(send, readFack(pdu), room, settings.burstMax);
  if (send.base > base) {
    call.progressAt = now;
    call.repeats = 0;
  }
  if (hasArrived(send)) return removeCall(context, call, now);
  if (value !== 'forged') sendAnswer(context, call, now, value === 'stale');
}

function roomAhead({ settings, fragments }: ServerContext, { activity }: ServerCall): boolean {
  return fragments < settings.maxFragments && activity.peer.fragments < settings.maxFragmentsPerPeer;
}
