import type { ClientSettings } from '../dialects.ts';
import { wasSent } from '../message/send-window.ts';
import { acknowledge } from './acknowledge.ts';
import { violate } from './answers.ts';
import { dropActivity } from './calls.ts';
import { armActivity, armCall, type ClientContext } from './context.ts';
import { abandon, giveUp, quitAgain } from './end.ts';
import { keepAlive } from './keep-alive.ts';
import { type Activity, type Call, traceOf } from './state.ts';
import type { ActivityState } from './transitions.ts';
import { transmitFack, transmitLast, transmitPing, transmitQuit, transmitRequest } from './transmit.ts';

type Expire = (context: ClientContext, activity: Activity, now: number) => void;

/** The timers of a client. An activity has one at a time, which its state names; a call in progress has its own. */
const TIMERS: Readonly<Record<ActivityState, Expire>> = {
  /** Retransmission, of each call: its state says again what it has to say, or the call ends ([MS-RPCE] 3.2.2.2.1). */
  calling: retransmission,
  /** Delayed ack: no next request has acknowledged the last response ([MS-RPCE] 3.2.2.6.3). */
  'ack-pending': acknowledge,
  /** The next quit about a call that was given up (C706 9.5). */
  quitting: (context, activity, now) => quitAgain(context, activity, false, now),
  /** Idleness: the activity is forgotten ([MS-RPCE] 3.2.2.2.5). */
  idle: idleness,
  gone: () => {},
};

/** The time has come, or is past: everything that is due, and when to come again. */
export function expire(context: ClientContext, now: number): void {
  const { schedule, keepAlives, out } = context;
  for (let activity = schedule.take(now); activity !== null; activity = schedule.take(now)) {
    if (dueAt(activity) <= now) TIMERS[activity.state](context, activity, now);
    schedule.wake(activity, dueAt(activity));
  }
  // Keep-alive: the server's context handles are still wanted ([MS-RPCE] 3.2.2.2.4).
  for (let binding = keepAlives.take(now); binding !== null; binding = keepAlives.take(now)) {
    if (binding.keepAliveAt <= now) keepAlive(context, binding, now);
    else keepAlives.wake(binding, binding.keepAliveAt);
  }
  out.arm(Math.min(schedule.next, keepAlives.next));
}

function dueAt({ state, timerAt, calls }: Activity): number {
  if (state === 'gone') return Number.POSITIVE_INFINITY;
  if (state !== 'calling') return timerAt;
  return calls.reduce((first, call) => Math.min(first, call.timerAt), Number.POSITIVE_INFINITY);
}

function retransmission(context: ClientContext, { calls }: Activity, now: number): void {
  for (const call of [...calls]) if (call.timerAt <= now) retry(context, call, now);
}

function idleness(context: ClientContext, activity: Activity, now: number): void {
  // The one activity that keep-alives name must not change while handles are held.
  const { binding } = activity;
  if (binding.handles > 0 && binding.activities.size === 1 && context.settings.keepAliveUuid === 'activity')
    return armActivity(context, activity, now + context.settings.activityIdle);
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
  armCall(context, call, Math.min(now + call.wait, cancel?.until ?? Number.POSITIVE_INFINITY));
}

function repeat(context: ClientContext, call: Call, now: number): void {
  const { cancel } = call;
  const { settings } = context;
  if (cancel !== null && !cancel.confirmed) return transmitQuit(context, call.activity, call.header, cancel.id);
  switch (call.state) {
    case 'dispatched':
      return transmitPing(context, call);
    case 'receiving':
      transmitFack(context, call, call.receive?.serial ?? 0);
      return settings.pingsForResponse ? transmitPing(context, call) : undefined;
    case 'sending':
      return asks(call, settings) ? transmitPing(context, call) : repeatRequest(context, call, now);
    case 'over':
      return;
  }
}

/** A request that is out is asked after before any of it is repeated; when that brings no answer, it is repeated in turn. */
function asks({ send, pinged }: Call, { pingsWhenSilent, asksAfterLast }: ClientSettings): boolean {
  return send === null ? pingsWhenSilent : asksAfterLast && wasSent(send) && !pinged;
}

/** The last fragment that may be missing rather than the first: the server answers it by what it lacks. */
function repeatRequest(context: ClientContext, call: Call, now: number): void {
  if (call.send !== null && context.settings.asksAfterLast && wasSent(call.send)) transmitLast(context, call, now);
  else transmitRequest(context, call, now, true);
}
