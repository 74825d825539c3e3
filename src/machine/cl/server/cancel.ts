import type { Cancel } from '../../../pdu/cl/index.ts';
import { ncaCode } from '../../../status/nca.ts';
import { controlHeader, prepareAnswer, sendAnswer } from './answers.ts';
import { findCall, type ServerContext } from './context.ts';
import { emitTo } from './emit.ts';
import { releaseFragments, removeCall } from './remove.ts';
import type { ServerActivity, ServerCall } from './state.ts';

/**
 * QUIT. With an id it cancels: the call is over with nca_s_fault_cancel, or the manager is told and still answers; either
 * way its client gets an outcome and the call stays known until that is confirmed. Without a body it orphans: the client
 * is gone, and the call with it. Both are confirmed as often as they come (C706 9.5).
 */
export function takeCancel(context: ServerContext, activity: ServerActivity, pdu: Cancel, now: number): void {
  const { body, header } = pdu;
  const call = findCall(activity, header.sequence);
  const known = call?.cancelId ?? cancelledId(activity, header.sequence);
  if (body !== null && (known === null || body.version !== 0 || body.cancelId < known)) return;
  const isNew = call !== undefined && (body === null || body.cancelId > call.cancelId);
  if (isNew && body === null) orphan(context, call, now);
  const answer = body === null ? null : { version: 0, cancelId: body.cancelId, accepting: 1 };
  emitTo(context, activity, { type: 'cancel_ack', header: controlHeader(context, pdu), body: answer });
  if (isNew && body !== null) endByCancel(context, call, body.cancelId, now);
}

function orphan(context: ServerContext, call: ServerCall, now: number): void {
  context.counters.cancels += 1;
  if (call.state === 'working') context.out.event({ kind: 'cancelled', call: call.id, answerable: false });
  call.activity.cancelled = { sequence: call.sequence, id: call.cancelId };
  removeCall(context, call, now);
}

function endByCancel(context: ServerContext, call: ServerCall, id: number, now: number): void {
  const { settings, counters, out } = context;
  counters.cancels += 1;
  call.cancelId = id;
  call.activity.cancelled = { sequence: call.sequence, id };
  if (call.state === 'sending') return;
  const ends = settings.cancelEnds || call.state !== 'working';
  if (call.state === 'working') out.event({ kind: 'cancelled', call: call.id, answerable: !ends });
  if (!ends) return;
  releaseFragments(context, call);
  prepareAnswer(context, call, { kind: 'fault', status: ncaCode('nca_s_fault_cancel') }, now);
  sendAnswer(context, call, now);
}

function cancelledId({ cancelled }: ServerActivity, sequence: number): number | null {
  return cancelled?.sequence === sequence ? cancelled.id : null;
}
