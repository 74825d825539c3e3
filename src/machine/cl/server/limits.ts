import type { ClHeader } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import type { ServerContext } from './context.ts';
import { forgetActivity, removeCall } from './remove.ts';
import { newPeer, newServerActivity, type Peer, peerKey, type ServerActivity } from './state.ts';

/** Where room is needed, only so many are looked at until one is found that may go: it must not take longer than a packet. */
const LOOKS = 64;

/** A new activity; null when all that are remembered are in use. */
export function openActivity(
  context: ServerContext,
  key: string,
  header: ClHeader,
  from: Address,
  now: number,
): ServerActivity | null {
  const { activities, strangers, counters } = context;
  if (!roomForActivity(context, from, now)) {
    counters.activitiesRefused += 1;
    return null;
  }
  const peer = peerAt(context, from);
  const activity = newServerActivity(key, header, from, peer, now);
  activities.set(key, activity);
  peer.activities.add(activity);
  if (!peer.proven) strangers.add(activity);
  return activity;
}

export function peerAt({ peers }: ServerContext, address: Address): Peer {
  const key = peerKey(address);
  const known = peers.get(key);
  if (known !== undefined) return known;
  const peer = newPeer(key);
  peers.set(key, peer);
  return peer;
}

/** Makes room for one more call: the oldest answer that nobody has confirmed goes. */
export function roomForCall(context: ServerContext, { peer }: ServerActivity, now: number): boolean {
  const { settings, calls, counters } = context;
  if (peer.calls >= settings.maxCallsPerPeer) {
    counters.callsRefused += 1;
    return false;
  }
  if (calls.size < settings.maxCalls) return true;
  let looks = LOOKS;
  for (const call of calls.values()) {
    if (call.state === 'sending') {
      counters.callsEvicted += 1;
      removeCall(context, call, now);
      return true;
    }
    looks -= 1;
    if (looks === 0) break;
  }
  counters.callsRefused += 1;
  return false;
}

/** Makes room for one more callback: the oldest one under way goes, and its activity with it. */
export function roomForCallback(context: ServerContext, now: number): void {
  const { settings, asking, counters } = context;
  if (asking.size < settings.maxCallbacks) return;
  if (evictAsked(context, now)) counters.callbacksEvicted += 1;
}

/** Makes room for fragments: the request goes that has waited for one longest. */
export function roomForFragments(context: ServerContext, now: number): void {
  const { settings, receiving, counters } = context;
  for (const call of receiving) {
    if (context.reassembly <= settings.maxReassembly) return;
    counters.messagesRefused += 1;
    removeCall(context, call, now);
  }
}

/** Whether a ping from nowhere gets its nocall. */
export function mayAnswerStray({ strays, settings, counters }: ServerContext, now: number): boolean {
  if (now - strays.since >= 1_000) {
    strays.since = now;
    strays.nocalls = 0;
  }
  strays.nocalls += 1;
  if (strays.nocalls <= settings.maxStrayNocalls) return true;
  counters.nocallsRefused += 1;
  return false;
}

function roomForActivity(context: ServerContext, from: Address, now: number): boolean {
  const { settings, activities, strangers, peers } = context;
  const own = peers.get(peerKey(from))?.activities;
  if (own !== undefined && own.size >= settings.maxActivitiesPerPeer && !evict(context, own, now)) return false;
  if (activities.size < settings.maxActivities) return true;
  return evict(context, strangers, now) || evict(context, activities.values(), now) || evictAsked(context, now);
}

/** Forgets the first that is idle. Those heard of since they lined up go back to the end of the line. */
function evict(context: ServerContext, line: Iterable<ServerActivity>, now: number): boolean {
  let looks = LOOKS;
  for (const activity of line) {
    if (looks === 0) return false;
    looks -= 1;
    if (isBusy(activity) || activity.lastHeard > activity.linedUpAt) lineUp(context, activity);
    else {
      context.counters.activitiesEvicted += 1;
      forgetActivity(context, activity, now);
      return true;
    }
  }
  return false;
}

function evictAsked(context: ServerContext, now: number): boolean {
  for (const activity of context.asking.values()) {
    forgetActivity(context, activity, now);
    return true;
  }
  return false;
}

function lineUp({ activities, strangers }: ServerContext, activity: ServerActivity): void {
  const { key, peer } = activity;
  activity.linedUpAt = activity.lastHeard;
  activities.delete(key);
  activities.set(key, activity);
  peer.activities.delete(activity);
  peer.activities.add(activity);
  if (strangers.delete(activity)) strangers.add(activity);
}

export function isBusy({ calls, callback }: ServerActivity): boolean {
  return callback !== null || calls.some(({ state }) => state === 'working');
}
