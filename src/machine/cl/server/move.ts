import { sameUuid, type Uuid } from '../../../bytes/uuid.ts';
import type { ClHeader } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import { heldBytes } from '../message/receive-window.ts';
import { ask, mayAsk } from './ask.ts';
import type { ServerContext } from './context.ts';
import { peerAt, roomForCallback } from './limits.ts';
import { bytesOf } from './sealed.ts';
import type { Move, ServerActivity } from './state.ts';

/*
 * A C706 client that makes a new binding takes its activities along to another socket. Nothing is executed for the new
 * address, and nothing answered, before it has shown by a callback that it is the same client.
 */

/** A request or ping of a known activity from elsewhere. `size`: its bytes, which bound what it may draw. */
export function askElsewhere(
  context: ServerContext,
  activity: ServerActivity,
  header: ClHeader,
  datagram: Uint8Array,
  from: Address,
  now: number,
): void {
  if (activity.callback !== null) return;
  const peer = peerAt(context, from);
  if (!peer.proven) peer.received += datagram.length;
  if (peer.callbacks > 0 || !mayAsk(context, { callback: null, peer })) return;
  roomForCallback(context, now);
  ask(context, activity, header, now, { move: { to: from, datagram: datagram.slice(), peer } });
}

/** Whether it is the same client that has answered from there. */
export function isSameClient({ addressSpace }: ServerActivity, who: Uuid | null): boolean {
  return addressSpace === null || who === null || sameUuid(addressSpace, who);
}

/** The client is there now, and what it uses of the limits with it. */
export function moveTo(context: ServerContext, activity: ServerActivity, { to }: Move): void {
  const { peer: left, calls, sealed } = activity;
  const peer = peerAt(context, to);
  const fragments = calls.reduce((sum, { receive }) => sum + (receive?.ahead.size ?? 0), sealed.length);
  const bytes = calls.reduce((sum, { receive }) => sum + (receive === null ? 0 : heldBytes(receive)), bytesOf(sealed));
  for (const [each, sign] of [
    [left, -1],
    [peer, 1],
  ] as const) {
    each.calls += sign * calls.length;
    each.fragments += sign * fragments;
    each.reassembly += sign * bytes;
  }
  left.activities.delete(activity);
  peer.activities.add(activity);
  if (left.activities.size === 0 && left.callbacks === 0) context.peers.delete(left.key);
  activity.peer = peer;
  activity.address = to;
}
