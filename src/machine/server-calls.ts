import { FLAGS2, isLittleEndian, type Request } from '../pdu/cl/index.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { encodeAnswer, sendAnswer } from './server-answers.ts';
import { type ServerContext, semanticsOf } from './server-context.ts';
import type { ServerActivity, ServerCall } from './server-state.ts';
import type { Outcome } from './server-types.ts';

/** A sequence number that was never seen: held until its client is known, where it must be, then dispatched. */
export function begin(context: ServerContext, activity: ServerActivity, request: Request, now: number): void {
  const { header } = request;
  activity.lowestUnused = (header.sequence + 1) >>> 0;
  if ((header.flags2 & FLAGS2.unrelated) === 0) discardBefore(context, activity, header.sequence);
  context.lastCall += 1;
  const call: ServerCall = {
    id: context.lastCall,
    activity,
    request,
    state: 'held',
    serialSeen: header.serial,
    answer: null,
    answeredAt: now,
    serial: 0,
  };
  activity.calls.push(call);
  context.calls.set(call.id, call);
  if (activity.addressSpace !== null || semanticsOf(request) !== 'at-most-once') return dispatch(context, call);
  if (activity.callback !== null) return;
  context.counters.callbacks += 1;
  activity.callback = { id: call.id, call };
  context.callbacks.ask(call.id, activity.id, activity.address, now);
}

export function dispatch(context: ServerContext, call: ServerCall): void {
  const { activity, request } = call;
  const { header } = request;
  const maybe = semanticsOf(request) === 'maybe';
  call.state = 'working';
  context.counters.callsIn += 1;
  context.out.event({
    kind: 'dispatch',
    call: call.id,
    interfaceId: {
      uuid: header.interfaceId,
      version: { major: header.interfaceMajor, minor: header.interfaceMinor },
    },
    opnum: header.opnum,
    object: header.object,
    stub: request.stub,
    littleEndian: isLittleEndian(header),
    from: activity.address,
    activity: activity.id,
    sequence: header.sequence,
    addressSpace: activity.addressSpace,
    maybe,
  });
  if (maybe) removeCall(context, call);
}

/** Throws LocalMisuseError for a call that is not with the manager. */
export function complete(context: ServerContext, id: number, outcome: Outcome, now: number): void {
  const call = context.calls.get(id);
  if (call === undefined) {
    if (id <= context.lastCall) return; // given up by its client meanwhile, or a maybe call
    throw new LocalMisuseError(`no call ${id}`);
  }
  if (call.state !== 'working') throw new LocalMisuseError(`call ${id} is not with the manager`);
  call.state = 'sending';
  call.answer = encodeAnswer(context, call.request, outcome);
  context.counters.callsOut += 1;
  sendAnswer(context, call, now);
}

export function findCall(activity: ServerActivity, sequence: number): ServerCall | undefined {
  return activity.calls.find((call) => call.request.header.sequence === sequence);
}

/** Forgets a call, whatever its manager may still answer. */
export function removeCall({ calls, callbacks }: ServerContext, call: ServerCall): void {
  const { activity } = call;
  calls.delete(call.id);
  const at = activity.calls.indexOf(call);
  if (at >= 0) activity.calls.splice(at, 1);
  if (activity.callback?.call !== call) return;
  activity.callback = null;
  callbacks.forget(call.id, 0);
}

function discardBefore(context: ServerContext, activity: ServerActivity, sequence: number): void {
  activity.lowestAllowed = sequence;
  for (const call of [...activity.calls]) removeCall(context, call);
}
