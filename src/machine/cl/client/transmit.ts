import { type ClHeader, FLAGS1 } from '../../../pdu/cl/index.ts';
import { fackBody, inOrder } from '../message/fack.ts';
import { fragmentBody } from '../message/fragment-size.ts';
import { type Fragment, sendAgain, sendBurst, sendLast } from '../message/send-window.ts';
import type { ClientContext } from './context.ts';
import { emit } from './emit.ts';
import { type Activity, type Call, hintOf, overheadOf } from './state.ts';

const NO_TRAILER = new Uint8Array(0);

/** The request, or the next burst of its fragments; `again`: what went out before counts as lost. */
export function transmitRequest(context: ClientContext, call: Call, now: number, again = false): void {
  const { activity, send } = call;
  call.pinged = false;
  if (send === null) {
    call.requests += 1;
    const header = nextHeader(call, call.header.flags1, call.header.flags2, 0);
    const pdu = { type: 'request', header, stub: call.stub, trailer: NO_TRAILER } as const;
    return emit(context, pdu, activity.binding.to, activity.security);
  }
  const body = fragmentBody(pduSize(context, call), overheadOf(activity));
  const go = again ? sendAgain : sendBurst;
  go(send, body, (fragment) => transmitFragment(context, call, fragment), now);
}

/** The last fragment that is not known to have arrived, once more. */
export function transmitLast(context: ClientContext, call: Call, now: number): void {
  call.pinged = false;
  if (call.send !== null) sendLast(call.send, (fragment) => transmitFragment(context, call, fragment), now);
}

export function transmitPing(context: ClientContext, call: Call): void {
  call.pinged = true;
  call.pings += 1;
  emit(context, { type: 'ping', header: { ...nextHeader(call, 0, 0, 0), authProtocol: 0 } }, call.activity.binding.to);
}

/** What has arrived of the response, and what the server may send; `serial`: of the PDU that this answers. */
export function transmitFack(context: ClientContext, call: Call, serial: number): void {
  const { receive, activity } = call;
  if (receive === null) return;
  const header = controlHeader(activity, call.header, inOrder(receive));
  const body = fackBody(receive, context.settings, activity.binding.maxPdu, serial);
  emit(context, { type: 'fack', header, body }, call.answeredFrom ?? activity.binding.to);
}

/** QUIT with the number of the cancel; null: an orphan, nobody waits any more. */
export function transmitQuit(
  context: ClientContext,
  activity: Activity,
  call: ClHeader,
  cancelId: number | null,
): void {
  const header = controlHeader(activity, call, 0);
  const body = cancelId === null ? null : { version: 0, cancelId };
  emit(context, { type: 'cl_cancel', header, body }, activity.binding.to);
}

function transmitFragment(context: ClientContext, call: Call, { index, stub, last, asksFack }: Fragment): number {
  const kept = call.header.flags1 & ~FLAGS1.nofack;
  const flags1 = kept | FLAGS1.frag | (last ? FLAGS1.lastfrag : 0) | (asksFack ? 0 : FLAGS1.nofack);
  const header = nextHeader(call, flags1, call.header.flags2, index);
  call.requests += 1;
  const { binding, security } = call.activity;
  emit(context, { type: 'request', header, stub, trailer: NO_TRAILER }, binding.to, security);
  return header.serial;
}

function nextHeader(call: Call, flags1: number, flags2: number, fragment: number): ClHeader {
  const { activity, serial } = call;
  call.serial = (serial + 1) & 0xffff;
  return {
    ...call.header,
    flags1,
    flags2,
    serverBoot: activity.binding.serverBoot,
    interfaceHint: hintOf(activity.binding, call.header.interfaceId),
    activityHint: activity.activityHint,
    fragment,
    serial,
  };
}

function controlHeader({ binding }: Activity, call: ClHeader, fragment: number): ClHeader {
  return { ...call, flags1: 0, flags2: 0, serverBoot: binding.serverBoot, fragment, authProtocol: 0 };
}

/** Windows keeps to one size for a call: what was learnt counts from the next one on. */
function pduSize({ settings }: ClientContext, { activity, pduSize }: Call): number {
  return settings.sizeGrowth === 'at-once' ? Math.min(activity.pduSize, activity.binding.maxPdu) : pduSize;
}
