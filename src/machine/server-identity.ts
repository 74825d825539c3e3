import { uuidKey } from '../bytes/uuid.ts';
import { decodeConvcIndyRequest } from '../interface/conv/index.ts';
import { FLAGS2, isLittleEndian, type Request } from '../pdu/cl/index.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import type { CallbackAnswer } from './client-callbacks.ts';
import { sequenceDifference } from './reply.ts';
import { reject } from './server-answers.ts';
import { dispatch, removeCall } from './server-calls.ts';
import { hear, type ServerContext, transmit } from './server-context.ts';

/** Lets the client inside the server say what it has to say, and takes what its callers have answered. */
export function pollCallbacks(context: ServerContext, now: number): void {
  const { callbacks, out } = context;
  for (;;) {
    const output = callbacks.client.poll();
    if (output.kind === 'timeout') {
      if (output.at !== null) out.arm(output.at);
      return;
    }
    if (output.kind === 'transmit') transmit(context, output.datagram, output.to);
    else {
      const result = callbacks.read(output.event, now);
      if (result !== null) identified(context, result, now);
    }
  }
}

/**
 * A sequence number beyond that of the held call says that its request is an old duplicate; one below it names an
 * earlier call of the activity, which is right only where calls overlap.
 */
function identified(context: ServerContext, { id, answer }: CallbackAnswer, now: number): void {
  const { calls, clients, counters } = context;
  const asked = calls.get(id);
  if (asked === undefined) return;
  const { activity } = asked;
  activity.callback = null;
  const ahead = answer === null ? 0 : sequenceDifference(answer.sequence, asked.request.header.sequence);
  if (answer !== null && answer.status === 0 && ahead > 0) {
    counters.duplicates += 1;
    return removeCall(context, asked);
  }
  const held = activity.calls.filter(({ state }) => state === 'held');
  const overlaps = (asked.request.header.flags2 & FLAGS2.unrelated) !== 0;
  if (answer === null || answer.status !== 0 || (ahead < 0 && !overlaps)) {
    counters.callbacksFailed += 1;
    for (const call of held) {
      removeCall(context, call);
      reject(context, call.request, activity.address, 'nca_s_who_are_you_failed');
    }
    return;
  }
  // An operation that tells no address space still proves the activity, which then stands for the process itself.
  activity.addressSpace = answer.addressSpace ?? activity.id;
  clients.set(uuidKey(activity.addressSpace), { addressSpace: activity.addressSpace, lastHeard: now });
  for (const call of held) dispatch(context, call);
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
