import type { Cancel } from '../../../pdu/cl/index.ts';
import { controlHeader } from './answers.ts';
import { findCall, type ServerContext } from './context.ts';
import { emitTo } from './emit.ts';
import { removeCall } from './remove.ts';
import type { ServerActivity } from './state.ts';

/**
 * QUIT. With an id it cancels: Windows forgets the call, a C706 runtime tells the manager and still answers. Without a body
 * it orphans: the client is gone, and the call with it. Both are confirmed as often as they come (C706 9.5).
 */
export function takeCancel(context: ServerContext, activity: ServerActivity, pdu: Cancel, now: number): void {
  const { settings, out, counters } = context;
  const { body, header } = pdu;
  const call = findCall(activity, header.sequence);
  const known = call?.cancelId ?? cancelledId(activity, header.sequence);
  if (body !== null && (known === null || body.version !== 0 || body.cancelId < known)) return;
  const removes = body === null || settings.cancelRemoves || call?.state === 'receiving' || call?.state === 'held';
  if (call !== undefined && (body === null || body.cancelId > call.cancelId)) {
    counters.cancels += 1;
    call.cancelId = body?.cancelId ?? call.cancelId;
    if (call.state === 'working') out.event({ kind: 'cancelled', call: call.id, answerable: !removes });
    if (removes) {
      activity.cancelled = { sequence: call.sequence, id: call.cancelId };
      removeCall(context, call, now);
    }
  }
  const answer = body === null ? null : { version: 0, cancelId: body.cancelId, accepting: 1 };
  const own = controlHeader(context, pdu);
  emitTo(context, activity, { type: 'cancel_ack', header: own, body: answer });
}

function cancelledId({ cancelled }: ServerActivity, sequence: number): number | null {
  return cancelled?.sequence === sequence ? cancelled.id : null;
}
