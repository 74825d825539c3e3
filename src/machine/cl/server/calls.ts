import { FLAGS1, FLAGS2, isLittleEndian } from '../../../pdu/cl/index.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import type { Outcome } from '../../call.ts';
import { sequenceDifference } from '../message/numbers.ts';
import { openReceiveWindow } from '../message/receive-window.ts';
import type { Admitted } from './admit.ts';
import { prepareAnswer, reject, sendAnswer } from './answers.ts';
import { ask, mayAsk } from './ask.ts';
import { type ServerContext, semanticsOf } from './context.ts';
import { roomForCall, roomForCallback } from './limits.ts';
import { removeCall } from './remove.ts';
import type { ServerActivity, ServerCall } from './state.ts';
import { step } from './transitions.ts';

/**
 * A sequence number that was never seen. Null: refused, or dropped because its client cannot be asked now and it will come
 * again.
 */
export function begin(
  context: ServerContext,
  activity: ServerActivity,
  admitted: Admitted,
  interfaceHint: number,
  now: number,
): ServerCall | null {
  const { header } = admitted.pdu;
  const overlaps = (header.flags2 & FLAGS2.unrelated) !== 0;
  const asks = activity.addressSpace === null && semanticsOf(header) === 'at-most-once';
  if (asks && !mayAsk(context, activity)) return null;
  useNumber(activity, header.sequence, overlaps);
  if (!overlaps) discardBefore(context, activity, header.sequence, now);
  if (!roomForCall(context, activity, now)) {
    reject(context, header, activity.address, 'nca_s_server_too_busy');
    return null;
  }
  const call = newCall(context, activity, admitted, interfaceHint, now);
  activity.calls.push(call);
  activity.peer.calls += 1;
  context.calls.set(call.id, call);
  if (call.receive !== null) context.receiving.add(call);
  if (asks) {
    roomForCallback(context, now);
    ask(context, activity, header, now);
  }
  return call;
}

/** The request is complete: to the manager, unless its client has to say first who it is. */
export function dispatchOrHold(context: ServerContext, call: ServerCall, now: number): void {
  const { activity, header } = call;
  if (activity.addressSpace === null && semanticsOf(header) === 'at-most-once') step(call, 'whole');
  else dispatch(context, call, now);
}

/** Throws LocalMisuseError for a call that is not with the manager. */
export function complete(context: ServerContext, id: number, outcome: Outcome, now: number): void {
  const call = context.calls.get(id);
  if (call === undefined) {
    if (id <= context.lastCall) return; // given up by its client meanwhile, or a maybe call
    throw new LocalMisuseError(`no call ${id}`);
  }
  if (call.state === 'sending' && call.cancelId !== 0) return; // the cancel was its outcome
  if (call.state !== 'working') throw new LocalMisuseError(`call ${id} is not with the manager`);
  prepareAnswer(context, call, outcome, now);
  context.counters.callsOut += 1;
  sendAnswer(context, call, now);
}

function dispatch(context: ServerContext, call: ServerCall, now: number): void {
  const { activity, header, stub } = call;
  const maybe = semanticsOf(header) === 'maybe';
  step(call, 'dispatched');
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
    stub,
    littleEndian: isLittleEndian(header),
    from: activity.address,
    activity: activity.id,
    sequence: header.sequence,
    addressSpace: activity.addressSpace,
    maybe,
    security: call.security,
  });
  if (maybe) removeCall(context, call, now);
}

function newCall(
  context: ServerContext,
  activity: ServerActivity,
  { pdu: { header, stub }, security }: Admitted,
  interfaceHint: number,
  now: number,
): ServerCall {
  const fragmented = (header.flags1 & FLAGS1.frag) !== 0;
  context.lastCall += 1;
  return {
    id: context.lastCall,
    activity,
    security,
    header,
    sequence: header.sequence,
    interfaceHint,
    state: fragmented ? 'receiving' : 'held',
    stub: fragmented ? stub.subarray(0, 0) : stub,
    receive: fragmented ? openReceiveWindow(header.serial) : null,
    pduSize: activity.pduSize,
    serialSeen: header.serial,
    answer: null,
    send: null,
    blocked: false,
    serial: 0,
    answeredAt: now,
    repeats: 0,
    progressAt: now,
    asked: 0,
    told: header.serial,
    cancelId: 0,
  };
}

/** Overlapped calls may overtake each other: the numbers between are still new, and remembered as far as that is sane. */
function useNumber(activity: ServerActivity, sequence: number, overlaps: boolean): void {
  const { overtaken, lowestUnused } = activity;
  const skipped = sequenceDifference(sequence, lowestUnused);
  if (overtaken.delete(sequence) || skipped < 0) return;
  if (overlaps && skipped > 0 && skipped + overtaken.size <= MAX_OVERTAKEN)
    for (let i = 0; i < skipped; i++) overtaken.add((lowestUnused + i) >>> 0);
  activity.lowestUnused = (sequence + 1) >>> 0;
}

const MAX_OVERTAKEN = 64;

/** A request that does not overlap says that every earlier call is over. */
function discardBefore(context: ServerContext, activity: ServerActivity, sequence: number, now: number): void {
  if (sequenceDifference(sequence, activity.lowestAllowed) > 0) activity.lowestAllowed = sequence;
  if (activity.calls.length > 0)
    for (const call of [...activity.calls])
      if (sequenceDifference(call.sequence, sequence) < 0) removeCall(context, call, now);
  if (activity.overtaken.size === 0) return;
  for (const other of activity.overtaken) if (sequenceDifference(other, sequence) < 0) activity.overtaken.delete(other);
}
