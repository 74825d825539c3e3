import { type ClHeader, FLAGS2 } from '../../../pdu/cl/index.ts';
import type { Acceptance } from '../security.ts';
import type { ServerContext } from './context.ts';
import type { Move, Peer, ServerActivity } from './state.ts';

/** Whether a peer may be asked: callbacks are bounded, since requests in forged names would each cause one. */
export function mayAsk(
  { settings, counters }: ServerContext,
  { callback, peer }: Pick<ServerActivity, 'callback' | 'peer'>,
): boolean {
  if (callback !== null || peer.callbacks < settings.maxCallbacksPerPeer) return true;
  counters.callbacksRefused += 1;
  return false;
}

/** What a question is about beside the call itself. */
export interface Subject {
  /** The security context that waits for the client's part. */
  readonly acceptance?: { readonly key: number; readonly of: Acceptance };
  /** The request that came from another address, and who is there. */
  readonly move?: Move & { readonly peer: Peer };
}

/** Asks the client of an activity who it is, one question at a time ([MS-RPCE] 3.2.3.4.3). */
export function ask(
  context: ServerContext,
  activity: ServerActivity,
  { sequence, flags2 }: ClHeader,
  now: number,
  { acceptance, move }: Subject = {},
): void {
  if (activity.callback !== null) return;
  context.counters.callbacks += 1;
  context.lastCallback += 1;
  const id = context.lastCallback;
  const peer = move?.peer ?? activity.peer;
  const overlaps = (flags2 & FLAGS2.unrelated) !== 0;
  activity.callback = { id, sequence, overlaps, acceptance: acceptance ?? null, move: move ?? null, peer };
  peer.callbacks += 1;
  context.asking.set(id, activity);
  const challenge = acceptance?.of.challenge ?? null;
  context.callbacks.ask(id, { activity: activity.id, to: move?.to ?? activity.address, challenge }, now);
}

/** Nobody needs the answer any more. */
export function forgetCallback(context: ServerContext, activity: ServerActivity, now: number): void {
  const { callback } = activity;
  if (callback === null) return;
  context.callbacks.forget(callback.id, now);
  endCallback(context, activity);
}

export function endCallback({ asking, peers }: ServerContext, activity: ServerActivity): void {
  const { callback } = activity;
  if (callback === null) return;
  const { id, peer } = callback;
  asking.delete(id);
  activity.callback = null;
  peer.callbacks -= 1;
  if (peer.activities.size === 0 && peer.callbacks === 0) peers.delete(peer.key);
}
