import { FLAGS1, FLAGS2 } from '../../../pdu/cl/index.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import type { Address } from '../../contract.ts';
import { fragmentBody } from '../message/fragment-size.ts';
import { heldBytes } from '../message/receive-window.ts';
import { openSendWindow, wasSent } from '../message/send-window.ts';
import { sendAck } from './acknowledge.ts';
import { armActivity, armCall, type ClientContext, findBinding } from './context.ts';
import { type Activity, type Binding, type Call, newActivity, overheadOf, requestHeader, traceOf } from './state.ts';
import { stepActivity, stepCall } from './transitions.ts';
import { transmitPing, transmitRequest } from './transmit.ts';
import type { ClientInput } from './types.ts';

type CallInput = ClientInput & { kind: 'call' };

/** Throws LocalMisuseError for a number in use, an unknown binding or a stub beyond the limit. */
export function startCall(context: ClientContext, input: CallInput, now: number): void {
  const { settings, calls, waiting } = context;
  if (calls.has(input.call) || waiting.has(input.call)) throw new LocalMisuseError(`call ${input.call} is in progress`);
  if (input.stub.length > settings.maxMessage)
    throw new LocalMisuseError(`a stub of ${input.stub.length} bytes exceeds the limit of ${settings.maxMessage}`);
  const binding = findBinding(context, input.binding);
  const activity = binding.idle.pop() ?? addActivity(context, binding) ?? leastBusy(binding);
  if (activity.calls.length === 0) return launch(context, activity, input, now);
  activity.queue.push(input);
  waiting.set(input.call, activity);
  advanceQueue(context, activity, now);
}

/** Starts the next waiting call when it may overlap with those ahead of it; asks after them where that is not known yet. */
export function advanceQueue(context: ClientContext, activity: Activity, now: number): void {
  const ahead = activity.calls.at(-1);
  if (activity.queue.length === 0 || activity.retired) return;
  if (ahead !== undefined) {
    if (!context.settings.overlap || !activity.binding.overlaps) return;
    if (ahead.state === 'sending') {
      if (ahead.send === null && !ahead.pinged) transmitPing(context, ahead);
      return;
    }
  }
  const next = activity.queue.shift();
  if (next === undefined) return;
  context.waiting.delete(next.call);
  launch(context, activity, next, now);
}

/** All of the request is on its way, which is the end of a maybe call. */
export function endMaybe(context: ClientContext, call: Call, now: number): void {
  if (call.semantics !== 'maybe' || (call.send !== null && !wasSent(call.send))) return;
  stepCall(call, 'sent');
  finish(context, call, now, null);
  context.out.event({ kind: 'sent', call: call.id, trace: traceOf(call) });
}

/** The call is over for its caller. `answered` says where an acknowledgement has to go, null: nowhere. */
export function finish(context: ClientContext, call: Call, now: number, answered: Address | null): void {
  const { activity } = call;
  detach(context, call);
  const acknowledges = answered !== null && wantsAck(call);
  activity.ack = acknowledges ? { call: call.header, to: answered } : null;
  if (activity.calls.length > 0 || activity.retired) {
    sendAck(context, activity);
    activity.ack = null;
    if (activity.calls.length === 0) dropActivity(context, activity);
    return;
  }
  if (activity.queue.length > 0) return advanceQueue(context, activity, now);
  activity.binding.idle.push(activity);
  stepActivity(activity, acknowledges ? 'answered' : 'ended');
  armActivity(context, activity, now + (acknowledges ? context.settings.delayedAck : context.settings.activityIdle));
}

/** No new call goes on the activity; those that waited for it go elsewhere. */
export function retire(context: ClientContext, activity: Activity, now: number): void {
  activity.retired = true;
  if (activity.calls.length === 0 && activity.state !== 'quitting') dropActivity(context, activity);
  for (const input of activity.queue.splice(0)) {
    context.waiting.delete(input.call);
    startCall(context, input, now);
  }
}

/** Takes the call off its activity. */
export function detach(context: ClientContext, call: Call): void {
  const { activity } = call;
  context.calls.delete(call.id);
  activity.calls.splice(activity.calls.indexOf(call), 1);
  if (call.receive !== null) context.reassembly -= heldBytes(call.receive);
  if (call.send === null) return;
  activity.burst = Math.max(1, call.send.burst);
  activity.peerWindow = Math.max(1, call.send.peerWindow);
}

export function dropActivity({ activities }: ClientContext, activity: Activity): void {
  stepActivity(activity, 'forgotten');
  const { idle, activities: own } = activity.binding;
  activities.delete(activity.key);
  own.delete(activity);
  const at = idle.indexOf(activity);
  if (at >= 0) idle.splice(at, 1);
}

function launch(context: ClientContext, activity: Activity, input: CallInput, now: number): void {
  activity.ack = null;
  activity.sequence = (activity.sequence + 1) >>> 0;
  const call = newCall(context, input, activity, now);
  activity.calls.push(call);
  stepActivity(activity, 'call');
  context.calls.set(call.id, call);
  if (activity.security !== null && activity.sequence + 1 >= activity.security.calls) retire(context, activity, now);
  transmitRequest(context, call, now);
  if (call.semantics === 'maybe') endMaybe(context, call, now);
  if (call.state === 'over') return;
  armCall(context, call, now + call.wait);
  if (activity.queue.length > 0) advanceQueue(context, activity, now);
}

function newCall(context: ClientContext, input: CallInput, activity: Activity, now: number): Call {
  const { settings, drep, requestFlags2 } = context;
  const { call: id, semantics, stub, interfaceId, opnum, object } = input;
  const { sequence } = activity;
  const pduSize = Math.min(activity.pduSize, activity.binding.maxPdu);
  const fragmented = stub.length > fragmentBody(pduSize, overheadOf(activity));
  const names = { interfaceId, opnum, object, semantics, activity: activity.id, sequence };
  const authProtocol = activity.security?.protocol ?? 0;
  const flags2 = activity.calls.length > 0 ? requestFlags2 | FLAGS2.unrelated : requestFlags2;
  const header = requestHeader(names, { drep, flags2, authProtocol });
  return {
    id,
    activity,
    semantics,
    sequence,
    stub,
    header:
      fragmented && !settings.idempotentFragments ? { ...header, flags1: header.flags1 & ~FLAGS1.idempotent } : header,
    state: 'sending',
    send: fragmented ? openSendWindow(stub, activity.burst, activity.peerWindow, now) : null,
    receive: null,
    pduSize,
    serial: 0,
    wait: settings.retransmitInitial,
    pause: settings.retransmitInitial,
    timerAt: Number.POSITIVE_INFINITY,
    silentSince: now,
    progressAt: now,
    pinged: false,
    nocalls: 0,
    cancel: null,
    requests: 0,
    pings: 0,
    callbacks: 0,
    heard: {},
    answeredFrom: null,
    foreign: null,
  };
}

/** What the server keeps until it is told: the answer to an at-most-once call, and one of many fragments. */
function wantsAck({ header, receive }: Call): boolean {
  return (header.flags1 & FLAGS1.idempotent) === 0 || receive !== null;
}

function addActivity({ newUuid, activities, settings }: ClientContext, binding: Binding): Activity | undefined {
  if (
    binding.activities.size >= settings.activitiesPerBinding &&
    openActivities(binding).length >= settings.activitiesPerBinding
  )
    return undefined;
  const activity = newActivity(newUuid(), binding);
  activities.set(activity.key, activity);
  binding.activities.add(activity);
  return activity;
}

/** All are in use, so there is one. */
function leastBusy(binding: Binding): Activity {
  return openActivities(binding).reduce((least, other) =>
    other.calls.length + other.queue.length < least.calls.length + least.queue.length ? other : least,
  );
}

function openActivities({ activities }: Binding): Activity[] {
  return [...activities].filter(({ retired }) => !retired);
}
