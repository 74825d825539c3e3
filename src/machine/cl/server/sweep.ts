import type { ServerContext } from './context.ts';
import { isBusy } from './limits.ts';
import { forgetActivity, removeCall } from './remove.ts';
import type { ServerCall } from './state.ts';

export function armSweep(context: ServerContext, now: number): void {
  context.sweepAt ??= now + context.settings.sweep;
  context.out.arm(context.sweepAt);
}

export function sweepWhenDue(context: ServerContext, now: number): void {
  const { sweepAt, out, activities, clients } = context;
  if (sweepAt === null) return;
  if (sweepAt > now) return out.arm(sweepAt);
  context.sweepAt = null;
  sweep(context, now);
  if (activities.size + clients.size > 0) armSweep(context, now);
}

function sweep(context: ServerContext, now: number): void {
  const { activityIdle } = context.settings;
  for (const call of context.calls.values()) sweepCall(context, call, now);
  for (const activity of context.activities.values()) {
    if (now - activity.lastHeard >= activityIdle && !isBusy(activity)) forgetActivity(context, activity, now);
  }
  for (const [key, { addressSpace, lastHeard }] of context.clients) {
    if (now - lastHeard < activityIdle) continue;
    context.clients.delete(key);
    context.out.event({ kind: 'rundown', addressSpace });
  }
}

/** Unfinished requests wait for fragments, answers for their client, as long as it pings; neither for ever, however much it has to say. */
function sweepCall(context: ServerContext, call: ServerCall, now: number): void {
  const { responseRetention, stallAfter } = context.settings;
  if (call.state !== 'receiving' && call.state !== 'sending') return;
  if (now - call.activity.lastHeard >= responseRetention) return removeCall(context, call, now);
  if (now - call.progressAt < stallAfter) return;
  context.counters.stalled += 1;
  removeCall(context, call, now);
}
