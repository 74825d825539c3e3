import type { CancelAck } from '../../../pdu/cl/index.ts';
import { INITIAL_PDU } from '../message/fragment-size.ts';
import { detach, dropActivity, retire } from './calls.ts';
import { armActivity, armCall, type ClientContext } from './context.ts';
import { type Activity, type Call, traceOf } from './state.ts';
import { stepActivity, stepCall } from './transitions.ts';
import { transmitQuit } from './transmit.ts';

/** Nobody waits for the call any more. */
export function abandon(context: ClientContext, id: number, now: number): void {
  const call = context.calls.get(id);
  if (call === undefined) return;
  giveUp(context, call, now);
  context.out.event({ kind: 'abandoned', call: id, trace: traceOf(call) });
}

/** Takes a call back that has not been started. Null: there is none of that number. */
export function withdraw(context: ClientContext, id: number) {
  const queue = context.waiting.get(id)?.queue;
  if (queue === undefined) return null;
  context.waiting.delete(id);
  return (
    queue.splice(
      queue.findIndex(({ call }) => call === id),
      1,
    )[0] ?? null
  );
}

/** Asks the server to end the call; QUIT is repeated until it is confirmed (C706 9.5, [MS-RPCE] 3.2.2.1.10). */
export function cancel(context: ClientContext, id: number, now: number): void {
  const call = context.calls.get(id);
  if (call === undefined || call.cancel !== null) return;
  const { settings } = context;
  call.cancel = { id: 1, until: now + settings.cancelTimeout, confirmed: false };
  call.wait = settings.retransmitInitial;
  transmitQuit(context, call.activity, call.header, call.cancel.id);
  armCall(context, call, Math.min(now + call.wait, call.cancel.until));
}

/** QUACK: only for a cancel that was sent. Without a body the server has orphaned the call. */
export function takeCancelAck(context: ClientContext, call: Call, { body }: CancelAck, now: number): void {
  const { cancel } = call;
  if (cancel === null || cancel.confirmed) return;
  if (body !== null && (body.version !== 0 || body.cancelId !== cancel.id)) return;
  cancel.confirmed = true;
  if (body !== null && !context.settings.cancelEnds) return;
  stepCall(call, 'cancelled');
  end(context, call, now);
  context.out.event({ kind: 'abandoned', call: call.id, confirmed: true, trace: traceOf(call) });
}

/**
 * The call ended without the server's word: nobody knows what comes of its number, so its activity takes no new one.
 * The server is told, unless it was never heard of.
 */
export function giveUp(context: ClientContext, call: Call, now: number, tell = true): void {
  const { activity } = call;
  const { settings } = context;
  // Larger packets than the first ones may be what the path drops: better slow than never.
  if (activity.pduSize > INITIAL_PDU) activity.binding.maxPdu = INITIAL_PDU;
  const tells = tell && settings.orphanQuits > 0 && call.semantics !== 'maybe';
  if (tells) transmitQuit(context, activity, call.header, null);
  if (tells && activity.calls.length === 1) {
    activity.quit = { header: call.header, left: settings.orphanQuits - 1 };
    stepActivity(activity, 'given-up');
    armActivity(context, activity, now + settings.orphanInterval);
  }
  stepCall(call, 'given-up');
  end(context, call, now);
}

/** The timer of a quitting activity, or the server's confirmation. */
export function quitAgain(context: ClientContext, activity: Activity, confirmed: boolean, now: number): void {
  const { quit } = activity;
  if (quit === null || quit.left === 0 || confirmed) return dropActivity(context, activity);
  quit.left -= 1;
  transmitQuit(context, activity, quit.header, null);
  armActivity(context, activity, now + context.settings.orphanInterval);
}

function end(context: ClientContext, call: Call, now: number): void {
  detach(context, call);
  retire(context, call.activity, now);
}
