import { type ClHeader, type ClPdu, encodeCl, type FackBody, isLittleEndian } from '../pdu/cl/index.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { arm, type ClientContext, findBinding } from './client-context.ts';
import { type Activity, type Binding, type Call, newActivity, newCall } from './client-state.ts';
import type { ClientInput } from './client-types.ts';
import type { Address } from './contract.ts';
import { replyHeader } from './reply.ts';

const NO_TRAILER = new Uint8Array(0);
const WRONG_BOOT_TIME = ncaCode('nca_s_wrong_boot_time');

export function startCall(context: ClientContext, input: ClientInput & { kind: 'call' }, now: number): void {
  if (context.calls.has(input.call)) throw new LocalMisuseError(`call ${input.call} is in progress`);
  const binding = findBinding(context, input.binding);
  const activity = binding.idle.pop() ?? addActivity(context, binding);
  activity.ack = null;
  activity.sequence = (activity.sequence + 1) >>> 0;
  const call = newCall(input, activity, {
    drep: context.drep,
    flags2: context.requestFlags2,
    wait: context.settings.retransmitInitial,
    now,
  });
  activity.call = call;
  activity.state = 'sending';
  transmit(context, activity, call, 'request');
  if (call.semantics === 'maybe') {
    finish(context, activity, now, null);
    return context.out.event({ kind: 'sent', call: call.id, trace: call });
  }
  context.calls.set(call.id, activity);
  arm(context, activity, now + call.wait);
}

/** The answer has come: response, fault or reject. */
export function settle(context: ClientContext, activity: Activity, call: Call, pdu: ClPdu, from: Address, now: number) {
  switch (pdu.type) {
    case 'response':
      finish(context, activity, now, from);
      return context.out.event({
        kind: 'response',
        call: call.id,
        stub: pdu.stub,
        littleEndian: isLittleEndian(pdu.header),
        trace: call,
      });
    case 'fault':
    case 'reject':
      if (pdu.status === WRONG_BOOT_TIME) activity.binding.serverBoot = 0;
      finish(context, activity, now, from);
      return context.out.event({ kind: pdu.type, call: call.id, status: pdu.status, trace: call });
  }
}

/** The server has the whole request: from now on pings ask after it. */
export function serverWorks(context: ClientContext, activity: Activity, call: Call, now: number): void {
  if (activity.state === 'dispatched') call.wait = Math.min(call.wait * 2, context.settings.retransmitMax);
  activity.state = 'dispatched';
  arm(context, activity, now + call.wait);
}

/** A server that lost the request asks for it by nocall. Only the first nocall after a ping counts, so nobody can make us loop. */
export function resend(
  context: ClientContext,
  activity: Activity,
  call: Call,
  body: FackBody | null,
  now: number,
): void {
  const { settings } = context;
  if (body === null) call.nocalls = 0;
  else {
    call.nocalls += 1;
    if (body.windowSize > 0 && call.nocalls >= settings.nocallLimit)
      return violate(context, activity, call, 'the server takes no part of it', now);
    if (body.windowSize === 0) call.wait = Math.min(call.wait * 2, settings.retransmitMax);
  }
  if (call.lastSent !== 'ping') return;
  activity.state = 'sending';
  transmit(context, activity, call, 'request');
  arm(context, activity, now + call.wait);
}

export function violate(context: ClientContext, activity: Activity, call: Call, reason: string, now: number): void {
  finish(context, activity, now, null);
  context.out.event({ kind: 'violation', call: call.id, reason, trace: call });
}

/** Nobody waits for the call any more. */
export function abandon(context: ClientContext, id: number): void {
  const activity = context.calls.get(id);
  if (activity === undefined) return;
  remove(context, activity);
  if (activity.call !== null) context.out.event({ kind: 'abandoned', call: id, trace: activity.call });
}

/** The retransmission timer: the request again while it may be lost, a ping once it has arrived, or the end. */
export function retry(context: ClientContext, activity: Activity, call: Call, now: number): void {
  const { settings, out } = context;
  if (now - call.lastHeard >= settings.giveUpAfter) {
    remove(context, activity);
    return out.event({ kind: 'no-answer', call: call.id, heard: call.answeredFrom !== null, trace: call });
  }
  if (settings.backOffOnSilence) call.wait = Math.min(call.wait * 2, settings.retransmitMax);
  transmit(context, activity, call, activity.state === 'sending' ? 'request' : 'ping');
  arm(context, activity, now + call.wait);
}

/** A call that ended without the server's word takes its activity with it: nobody knows what comes of its number. */
function remove({ calls, activities }: ClientContext, activity: Activity): void {
  if (activity.call !== null) calls.delete(activity.call.id);
  activities.delete(activity.key);
}

function addActivity({ newUuid, activities }: ClientContext, binding: Binding): Activity {
  const activity = newActivity(newUuid(), binding);
  activities.set(activity.key, activity);
  return activity;
}

function transmit({ out }: ClientContext, activity: Activity, call: Call, type: 'request' | 'ping'): void {
  const { binding } = activity;
  const header: ClHeader = {
    ...call.header,
    flags1: type === 'ping' ? 0 : call.header.flags1,
    flags2: type === 'ping' ? 0 : call.header.flags2,
    serverBoot: binding.serverBoot,
    interfaceHint: binding.interfaceHint,
    activityHint: activity.activityHint,
    serial: call.serial,
  };
  call.serial = (call.serial + 1) & 0xffff;
  call.lastSent = type;
  if (type === 'ping') call.pings += 1;
  else call.requests += 1;
  const pdu = type === 'ping' ? { type, header } : { type, header, stub: call.stub, trailer: NO_TRAILER };
  out.transmit(encodeCl(pdu), binding.to);
}

/** The call is over for its caller. `answered` says where an acknowledgement has to go, null: nowhere. */
function finish(context: ClientContext, activity: Activity, now: number, answered: Address | null): void {
  const { call } = activity;
  if (call === null) return;
  context.calls.delete(call.id);
  activity.call = null;
  activity.binding.idle.push(activity);
  if (answered !== null && call.semantics === 'at-most-once') {
    activity.state = 'ack-pending';
    activity.ack = {
      header: replyHeader(call.header, { serverBoot: activity.binding.serverBoot, drep: context.drep }),
      to: answered,
    };
    arm(context, activity, now + context.settings.delayedAck);
  } else {
    activity.state = 'idle';
    arm(context, activity, now + context.settings.activityIdle);
  }
}
