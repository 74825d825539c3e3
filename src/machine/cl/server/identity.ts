import { uuidKey } from '../../../bytes/uuid.ts';
import { decodeConvcIndyRequest } from '../../../interface/conv/index.ts';
import { CL_HEADER_SIZE, decodeCl, isLittleEndian, type Request } from '../../../pdu/cl/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import { ncaCode } from '../../../status/nca.ts';
import { sequenceDifference } from '../message/numbers.ts';
import { addContext } from './admit.ts';
import { prepareAnswer, rejectCall, sendAnswer } from './answers.ts';
import { endCallback } from './ask.ts';
import type { CallbackAnswer } from './callbacks.ts';
import { dispatchOrHold } from './calls.ts';
import { hear, type ServerContext } from './context.ts';
import { forward } from './emit.ts';
import { isSameClient, moveTo } from './move.ts';
import { removeCall } from './remove.ts';
import { takeRequest } from './requests.ts';
import { takeSealed } from './sealed.ts';
import { peerKey, type ServerActivity, type ServerCall } from './state.ts';

/** Bytes of a reject: header and status. */
const REFUSAL_SIZE = CL_HEADER_SIZE + 4;

/** Lets the client inside the server say what it has to say, and takes what its callers have answered. */
export function pollCallbacks(context: ServerContext, now: number): void {
  const { callbacks, out, peers } = context;
  for (;;) {
    const output = callbacks.client.poll();
    if (output.kind === 'timeout') {
      if (output.at !== null) out.arm(output.at);
      return;
    }
    if (output.kind === 'transmit') {
      const { datagram, to } = output;
      // Before a callback is repeated room is kept for the refusal, which the caller needs more.
      forward(context, datagram, to, peers.get(peerKey(to)) ?? null, isRepeated(datagram) ? REFUSAL_SIZE : 0);
    } else {
      const result = callbacks.read(output.event, now);
      if (result !== null) identified(context, result, now);
    }
  }
}

/**
 * A sequence number beyond that of a held call says that its request is an old duplicate; one below it names an earlier
 * call of the activity, which is right only where calls overlap.
 */
function identified(context: ServerContext, { id, answer }: CallbackAnswer, now: number): void {
  const { counters, asking } = context;
  const activity = asking.get(id);
  const callback = activity?.callback ?? null;
  if (activity === undefined || callback === null) return;
  endCallback(context, activity);
  if (callback.move !== null) return moved(context, activity, callback, answer, now);
  const waiting = activity.calls.filter(({ state }) => state === 'held' || state === 'receiving');
  const sealed = takeSealed(context, activity);
  const ahead = answer === null ? 0 : sequenceDifference(answer.sequence, callback.sequence);
  if (answer === null || answer.status !== 0 || (ahead < 0 && !callback.overlaps)) {
    counters.callbacksFailed += 1;
    refuseSealed(context, activity, sealed, ncaCode('nca_s_who_are_you_failed'));
    return refuse(context, waiting, now);
  }
  prove(context, activity, answer.addressSpace, now);
  for (const call of waiting) {
    if (sequenceDifference(answer.sequence, call.sequence) > 0) {
      counters.duplicates += 1;
      removeCall(context, call, now);
    } else if (call.state === 'held') dispatchOrHold(context, call, now);
  }
  for (const call of [...activity.calls]) if (call.blocked) sendAnswer(context, call, now);
  if (callback.acceptance === null) return;
  const security = callback.acceptance.of.finish(answer.token);
  if (typeof security === 'number') {
    counters.callbacksFailed += 1;
    return refuseSealed(context, activity, sealed, security);
  }
  addContext(activity, callback.acceptance.key, security);
  for (const datagram of sealed) {
    const pdu = decodeCl(datagram);
    if (pdu.type !== 'request') continue;
    if (sequenceDifference(answer.sequence, pdu.header.sequence) <= 0)
      takeRequest(context, pdu, datagram, activity.address, now);
    else counters.duplicates += 1;
  }
}

/** Somebody has answered for a request that came from another address: the client itself, or it is dropped. */
function moved(
  context: ServerContext,
  activity: ServerActivity,
  { move, sequence }: NonNullable<ServerActivity['callback']>,
  answer: CallbackAnswer['answer'],
  now: number,
): void {
  if (move === null) return;
  const proves =
    answer !== null &&
    answer.status === 0 &&
    sequenceDifference(answer.sequence, sequence) <= 0 &&
    isSameClient(activity, answer.addressSpace);
  if (!proves) {
    context.counters.callbacksFailed += 1;
    return;
  }
  moveTo(context, activity, move);
  prove(context, activity, answer.addressSpace, now);
  const pdu = decodeCl(move.datagram);
  if (pdu.type === 'request') takeRequest(context, pdu, move.datagram, move.to, now);
}

/** Every call that waits for a key is rejected once, however many fragments of it are here. */
function refuseSealed(
  context: ServerContext,
  activity: ServerActivity,
  sealed: readonly Uint8Array[],
  status: number,
): void {
  const refused = new Set<number>();
  for (const datagram of sealed) {
    const { header } = decodeCl(datagram);
    if (refused.has(header.sequence)) continue;
    refused.add(header.sequence);
    rejectCall(context, activity, header, status);
  }
}

function prove({ clients, strangers }: ServerContext, activity: ServerActivity, who: Uint8Array | null, now: number) {
  // An operation that tells no address space still proves the activity, which then stands for the process itself.
  activity.addressSpace ??= who ?? activity.id;
  clients.set(uuidKey(activity.addressSpace), { addressSpace: activity.addressSpace, lastHeard: now });
  const { peer } = activity;
  if (peer.proven) return;
  peer.proven = true;
  for (const each of peer.activities) strangers.delete(each);
}

/** The refusal of a complete call is its answer: repeated when the caller asks again, as any other. */
function refuse(context: ServerContext, calls: readonly ServerCall[], now: number): void {
  for (const call of calls) {
    if (call.state === 'held') {
      context.counters.rejected += 1;
      prepareAnswer(context, call, { kind: 'reject', status: ncaCode('nca_s_who_are_you_failed') }, now);
      sendAnswer(context, call, now);
    } else {
      removeCall(context, call, now);
      rejectCall(context, call.activity, call.header, 'nca_s_who_are_you_failed');
    }
  }
}

/** The serial number tells: the first transmission of a call has 0. */
function isRepeated(datagram: Uint8Array): boolean {
  return datagram[7] !== 0 || datagram[79] !== 0;
}

/** A keep-alive. Its parameter is the client's address space or one of its activities: sources differ, so both count. */
export function indy(context: ServerContext, pdu: Request, now: number): void {
  try {
    const { casUuid } = decodeConvcIndyRequest(pdu.stub, isLittleEndian(pdu.header));
    const client = context.clients.get(uuidKey(casUuid));
    const activity = context.activities.get(uuidKey(casUuid));
    if (client !== undefined) client.lastHeard = now;
    if (activity !== undefined) hear(context, activity, now);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    context.counters.garbage += 1;
  }
}
