import { type ClPdu, FLAGS1 } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import { replyHeader } from '../message/reply-header.ts';
import { armActivity, type ClientContext } from './context.ts';
import { emit } from './emit.ts';
import type { Activity } from './state.ts';
import { stepActivity } from './transitions.ts';

/** By a packet of its own, where the next request did not come soon enough ([MS-RPCE] 3.2.2.6.3). */
export function acknowledge(context: ClientContext, activity: Activity, now: number): void {
  sendAck(context, activity);
  if (activity.state !== 'ack-pending') return;
  stepActivity(activity, 'acknowledged');
  armActivity(context, activity, now + context.settings.activityIdle);
}

export function flush(context: ClientContext, now: number): void {
  for (const activity of context.activities.values())
    if (activity.state === 'ack-pending') acknowledge(context, activity, now);
}

export function sendAck(context: ClientContext, { ack, binding }: Activity): void {
  if (ack === null) return;
  const header = replyHeader(ack.call, { serverBoot: binding.serverBoot, drep: context.drep });
  emit(context, { type: 'ack', header }, ack.to);
}

/** A server that repeats the answer to an earlier call has not noticed that the activity went on. */
export function acknowledgeOld(context: ClientContext, pdu: ClPdu, from: Address): void {
  if (pdu.type !== 'response' && pdu.type !== 'fault') return;
  emit(context, { type: 'ack', header: replyHeader(pdu.header, { drep: context.drep }) }, from);
}

/** A response in one PDU, or the end of one: what a server repeats until it is told. */
export function wantsAnswer({ header: { flags1 } }: ClPdu): boolean {
  return (flags1 & FLAGS1.frag) === 0 || (flags1 & FLAGS1.lastfrag) !== 0 || (flags1 & FLAGS1.nofack) === 0;
}
