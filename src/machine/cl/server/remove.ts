import { heldBytes } from '../message/receive-window.ts';
import { ask, forgetCallback } from './ask.ts';
import { count, type ServerContext } from './context.ts';
import { takeSealed } from './sealed.ts';
import type { ServerActivity, ServerCall } from './state.ts';
import { step } from './transitions.ts';

/** Forgets a call, whatever its manager may still answer. A question about it goes on for the next one that waits. */
export function removeCall(context: ServerContext, call: ServerCall, now: number): void {
  const { activity, send } = call;
  if (!context.calls.delete(call.id)) return;
  step(call, 'removed');
  activity.peer.calls -= 1;
  activity.calls.splice(activity.calls.indexOf(call), 1);
  if (call.receive !== null) releaseFragments(context, call);
  if (send !== null) {
    activity.burst = Math.max(1, send.burst);
    activity.peerWindow = Math.max(1, send.peerWindow);
  }
  if (activity.callback?.sequence !== call.sequence || activity.callback.acceptance !== null) return;
  if (activity.callback.move !== null) return;
  forgetCallback(context, activity, now);
  const next = activity.calls.find(({ state }) => state === 'held' || state === 'receiving');
  if (next !== undefined) ask(context, activity, next.header, now);
}

export function forgetActivity(context: ServerContext, activity: ServerActivity, now: number): void {
  const { peer } = activity;
  forgetCallback(context, activity, now);
  for (const call of [...activity.calls]) removeCall(context, call, now);
  takeSealed(context, activity);
  context.activities.delete(activity.key);
  context.strangers.delete(activity);
  peer.activities.delete(activity);
  if (peer.activities.size === 0 && peer.callbacks === 0) context.peers.delete(peer.key);
}

/** The fragments of a request are needed no more. */
export function releaseFragments(context: ServerContext, call: ServerCall): void {
  const { receive } = call;
  if (receive === null) return;
  count(context, call.activity, -receive.ahead.size, -heldBytes(receive));
  call.receive = null;
  context.receiving.delete(call);
}
