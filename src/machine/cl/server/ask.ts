import { type ClHeader, FLAGS2 } from '../../../pdu/cl/index.ts';
import type { Acceptance } from '../security.ts';
import type { ServerContext } from './context.ts';
import type { ServerActivity } from './state.ts';

/** Whether a stranger may be asked: callbacks are bounded, since requests in forged names would each cause one. */
export function mayAsk({ settings, counters }: ServerContext, { callback, peer }: ServerActivity): boolean {
  if (callback !== null || peer.callbacks < settings.maxCallbacksPerPeer) return true;
  counters.callbacksRefused += 1;
  return false;
}

/**
 * Asks the client of an activity who it is, one question at a time ([MS-RPCE] 3.2.3.4.3), and for its part of a security
 * context where one waits for that.
 */
export function ask(
  context: ServerContext,
  activity: ServerActivity,
  { sequence, flags2 }: ClHeader,
  now: number,
  acceptance: { readonly key: number; readonly of: Acceptance } | null = null,
): void {
  if (activity.callback !== null) return;
  context.counters.callbacks += 1;
  context.lastCallback += 1;
  const id = context.lastCallback;
  activity.callback = { id, sequence, overlaps: (flags2 & FLAGS2.unrelated) !== 0, acceptance };
  activity.peer.callbacks += 1;
  context.asking.set(id, activity);
  context.callbacks.ask(id, activity, acceptance?.of.challenge ?? null, now);
}

/** Nobody needs the answer any more. */
export function forgetCallback(context: ServerContext, activity: ServerActivity, now: number): void {
  const { callback } = activity;
  if (callback === null) return;
  context.callbacks.forget(callback.id, now);
  endCallback(context, activity);
}

export function endCallback({ asking }: ServerContext, activity: ServerActivity): void {
  if (activity.callback === null) return;
  asking.delete(activity.callback.id);
  activity.callback = null;
  activity.peer.callbacks -= 1;
}
