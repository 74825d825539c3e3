import { removeCall } from './server-calls.ts';
import type { ServerContext } from './server-context.ts';
import type { ServerActivity } from './server-state.ts';

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

/** Makes room: the activity that was first heard of and has no call in progress goes. */
export function forgetOldest(context: ServerContext): void {
  for (const activity of context.activities.values()) {
    if (!isBusy(activity)) return forget(context, activity);
  }
}

function sweep(context: ServerContext, now: number): void {
  const { responseRetention, activityIdle } = context.settings;
  for (const call of context.calls.values()) {
    if (call.state === 'sending' && now - call.activity.lastHeard >= responseRetention) removeCall(context, call);
  }
  for (const activity of context.activities.values()) {
    if (now - activity.lastHeard >= activityIdle && !isBusy(activity)) forget(context, activity);
  }
  for (const [key, { addressSpace, lastHeard }] of context.clients) {
    if (now - lastHeard < activityIdle) continue;
    context.clients.delete(key);
    context.out.event({ kind: 'rundown', addressSpace });
  }
}

function forget(context: ServerContext, activity: ServerActivity): void {
  for (const call of [...activity.calls]) removeCall(context, call);
  context.activities.delete(activity.key);
}

function isBusy({ calls, callback }: ServerActivity): boolean {
  return callback !== null || calls.some(({ state }) => state === 'working');
}
