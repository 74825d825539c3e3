import { type ClHeader, encodeCl, FLAGS1 } from '../../../pdu/cl/index.ts';
import { fackBody, inOrder } from '../message/fack.ts';
import { fragmentBody } from '../message/fragment-size.ts';
import { type Fragment, sendAgain, sendBurst } from '../message/send-window.ts';
import type { ClientContext } from './context.ts';
import type { Activity, Call } from './state.ts';

const NO_TRAILER = new Uint8Array(0);

/** The request, or the next burst of its fragments; `again`: what went out before counts as lost. */
export function transmitRequest(context: ClientContext, call: Call, now: number, again = false): void {
  call.pinged = false;
  if (call.send === null) {
    call.requests += 1;
    const header = nextHeader(call, call.header.flags1, call.header.flags2, 0);
    return context.out.transmit(
      encodeCl({ type: 'request', header, stub: call.stub, trailer: NO_TRAILER }),
      call.activity.binding.to,
    );
  }
  const send = again ? sendAgain : sendBurst;
  send(call.send, fragmentBody(pduSize(context, call)), (fragment) => transmitFragment(context, call, fragment), now);
}

export function transmitPing({ out }: ClientContext, call: Call): void {
  call.pinged = true;
  call.pings += 1;
  out.transmit(encodeCl({ type: 'ping', header: nextHeader(call, 0, 0, 0) }), call.activity.binding.to);
}

/** What has arrived of the response, and what the server may send. */
export function transmitFack({ out, settings }: ClientContext, call: Call): void {
  const { receive, activity } = call;
  if (receive === null) return;
  const header = controlHeader(activity, call.header, inOrder(receive));
  const body = fackBody(receive, settings, activity.binding.maxPdu);
  out.transmit(encodeCl({ type: 'fack', header, body }), call.answeredFrom ?? activity.binding.to);
}

/** QUIT with the number of the cancel; null: an orphan, nobody waits any more. */
export function transmitQuit(
  { out }: ClientContext,
  activity: Activity,
  call: ClHeader,
  cancelId: number | null,
): void {
  const header = controlHeader(activity, call, 0);
  const body = cancelId === null ? null : { version: 0, cancelId };
  out.transmit(encodeCl({ type: 'cl_cancel', header, body }), activity.binding.to);
}

function transmitFragment({ out }: ClientContext, call: Call, { index, stub, last, asksFack }: Fragment): number {
  const kept = call.header.flags1 & ~FLAGS1.nofack;
  const flags1 = kept | FLAGS1.frag | (last ? FLAGS1.lastfrag : 0) | (asksFack ? 0 : FLAGS1.nofack);
  const header = nextHeader(call, flags1, call.header.flags2, index);
  call.requests += 1;
  out.transmit(encodeCl({ type: 'request', header, stub, trailer: NO_TRAILER }), call.activity.binding.to);
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
    interfaceHint: activity.binding.interfaceHint,
    activityHint: activity.activityHint,
    fragment,
    serial,
  };
}

function controlHeader({ binding }: Activity, call: ClHeader, fragment: number): ClHeader {
  return { ...call, flags1: 0, flags2: 0, serverBoot: binding.serverBoot, fragment };
}

/** Windows keeps to one size for a call: what was learnt counts from the next one on. */
function pduSize({ settings }: ClientContext, { activity, pduSize }: Call): number {
  return settings.sizeGrowth === 'at-once' ? Math.min(activity.pduSize, activity.binding.maxPdu) : pduSize;
}
