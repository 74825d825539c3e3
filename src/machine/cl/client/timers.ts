import { acknowledge } from './acknowledge.ts';
import { violate } from './answers.ts';
import { dropActivity } from './calls.ts';
import { arm, type ClientContext } from './context.ts';
import { abandon, giveUp, quitAgain } from './end.ts';
import { keepAlive } from './keep-alive.ts';
import { type Activity, type Call, traceOf } from './state.ts';
import { transmitFack, transmitPing, transmitQuit, transmitRequest } from './transmit.ts';

/*
 * Timers of a call      retransmission: whatever its state says again, or the end
 * Timers of an activity ack-pending: delayed ack; quitting: the next quit; idle: forgotten
 * Timer of a binding    keep-alive of context handles
 */
export function expire(context: ClientContext, now: number): void {
  for (const activity of context.activities.values()) {
    if (activity.state !== 'calling') {
      if (activity.timerAt <= now) expireActivity(context, activity, now);
      else context.out.arm(activity.timerAt);
      continue;
    }
    for (const call of [...activity.calls]) {
      if (call.timerAt <= now) retry(context, call, now);
      else context.out.arm(call.timerAt);
    }
  }
  for (const binding of context.bindings.values()) {
    if (binding.keepAliveAt <= now) keepAlive(context, binding, now);
    else context.out.arm(binding.keepAliveAt);
  }
}

function expireActivity(context: ClientContext, activity: Activity, now: number): void {
  if (activity.state === 'ack-pending') return acknowledge(context, activity, now);
  if (activity.state === 'quitting') return quitAgain(context, activity, false, now);
  // The one activity that keep-alives name must not change while handles are held.
  const { binding } = activity;
  if (binding.handles > 0 && binding.activities.size === 1 && context.settings.keepAliveUuid === 'activity')
    return arm(context, activity, now + context.settings.activityIdle);
  dropActivity(context, activity);
}

function retry(context: ClientContext, call: Call, now: number): void {
  const { settings, out, counters } = context;
  const { cancel } = call;
  if (cancel !== null && now >= cancel.until) return abandon(context, call.id, now);
  if (now - call.silentSince >= settings.giveUpAfter) {
    const heard = call.answeredFrom !== null;
    giveUp(context, call, now, heard);
    return out.event({ kind: 'no-answer', call: call.id, heard, trace: traceOf(call) });
  }
  if (call.state !== 'dispatched' && call.answeredFrom !== null && now - call.progressAt >= settings.stallAfter) {
    counters.stalled += 1;
    return violate(context, call, `nothing of it came through for ${settings.stallAfter} ms`, now);
  }
  call.silentSince = Math.min(call.silentSince, now);
  if (settings.backOffOnSilence) call.wait = Math.min(call.wait * 2, settings.retransmitMax);
  repeat(context, call, now);
  arm(context, call, Math.min(now + call.wait, cancel?.until ?? Number.POSITIVE_INFINITY));
}

function repeat(context: ClientContext, call: Call, now: number): void {
  const { cancel } = call;
  if (cancel !== null && !cancel.confirmed) return transmitQuit(context, call.activity, call.header, cancel.id);
  switch (call.state) {
    case 'dispatched':
      return transmitPing(context, call);
    case 'receiving':
      return transmitFack(context, call);
    case 'sending':
      if (call.send === null && context.settings.pingsWhenSilent) return transmitPing(context, call);
      return transmitRequest(context, call, now, true);
  }
}
