import { AUTH_LEVEL } from '../../../auth/datagram/level.ts';
import { NIL_UUID } from '../../../bytes/uuid.ts';
import { type CoCancel, type CoRequest, isLittleEndian, type Orphaned, PFC } from '../../../pdu/co/index.ts';
import { splitVerificationTrailer } from '../../../pdu/co/verification-trailer.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import { ncaCode } from '../../../status/nca.ts';
import { win32Code } from '../../../status/win32.ts';
import type { Fragment } from '../message/fragment-reader.ts';
import { openProtected } from '../message/protect.ts';
import { addPart, openReassembly, wholeStub } from '../message/stub-reassembly.ts';
import type { CallSecurity } from '../security.ts';
import { refuseBusy, refuseCall } from './answers.ts';
import { type CoServerCall, type CoServerContext, endServing } from './state.ts';
import { checkTrailer } from './verification.ts';

/** A request that is complete, or one more fragment of it. */
export function takeRequest(context: CoServerContext, pdu: CoRequest, fragment: Fragment, now: number): void {
  const { callId } = pdu.header;
  if (context.denied) return deny(context, pdu);
  let stub: Uint8Array;
  try {
    stub = openProtected(pdu, fragment, context.protection);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return deny(context, pdu);
  }
  const first = (pdu.header.flags & PFC.firstFrag) !== 0;
  const known = context.calls.get(callId);
  if (first === (known !== undefined) || known?.state === 'working')
    throw new RemoteProtocolError(`call ${callId} out of order`);
  const call = known ?? begin(context, pdu, now);
  if (call === null) return;
  if (!addPart(call.request, stub, context.settings.maxMessage))
    throw new RemoteProtocolError('a request longer than the limit');
  if ((pdu.header.flags & PFC.lastFrag) !== 0) dispatch(context, call, pdu);
}

/** Asks the manager to end the call; it answers nevertheless. */
export function takeCancel({ calls, counters, out }: CoServerContext, { header }: CoCancel): void {
  const call = calls.get(header.callId);
  if (call === undefined) return;
  counters.cancels += 1;
  call.cancels = Math.min(call.cancels + 1, 0xff);
  if (call.state === 'working') out.event({ kind: 'cancelled', call: call.id, answerable: true });
}

export function takeOrphaned({ calls, counters, out }: CoServerContext, { header }: Orphaned): void {
  const call = calls.get(header.callId);
  if (call === undefined) return;
  counters.cancels += 1;
  if (call.state === 'receiving') calls.delete(header.callId);
  else {
    call.orphaned = true;
    out.event({ kind: 'cancelled', call: call.id, answerable: false });
  }
}

function begin(context: CoServerContext, { header, contextId, opnum }: CoRequest, now: number): CoServerCall | null {
  const { calls, settings, contexts } = context;
  const { callId } = header;
  const refuse = (status: number): null => {
    // The rest of a refused message is still to come: only a whole one leaves the stream where calls begin.
    refuseCall(context, callId, contextId, status);
    if ((header.flags & PFC.lastFrag) === 0) endServing(context);
    return null;
  };
  const served = contexts.get(contextId);
  if (served === undefined) return refuse(ncaCode('nca_s_invalid_pres_context_id'));
  if (opnum >= served.operations) return refuse(ncaCode('nca_s_op_rng_error'));
  if (calls.size > 0 && !context.multiplex)
    throw new RemoteProtocolError('a call ahead of the answer to the one before');
  if (calls.size >= settings.maxCalls) {
    refuseBusy(context, callId, contextId);
    if ((header.flags & PFC.lastFrag) === 0) endServing(context);
    return null;
  }
  context.lastCall += 1;
  const call: CoServerCall = {
    id: context.lastCall,
    callId,
    contextId,
    served,
    request: openReassembly(),
    state: 'receiving',
    cancels: 0,
    orphaned: false,
    startedAt: now,
  };
  calls.set(callId, call);
  context.out.arm(now + settings.messageTimeout);
  return call;
}

function dispatch(context: CoServerContext, call: CoServerCall, pdu: CoRequest): void {
  const { security, calls, association, counters, out } = context;
  const sent = wholeStub(call.request);
  let stub = sent;
  if (security !== null && security.level >= AUTH_LEVEL.packet) {
    const split = splitVerificationTrailer(sent);
    if (split !== null && !checkTrailer(split.trailer, pdu, call.served)) return deny(context, pdu);
    stub = split?.stub ?? sent;
  }
  const maybe = (pdu.header.flags & PFC.maybe) !== 0;
  call.state = 'working';
  counters.callsIn += 1;
  out.event({
    kind: 'dispatch',
    call: call.id,
    interfaceId: { uuid: call.served.uuid, version: call.served.version },
    opnum: pdu.opnum,
    object: pdu.object ?? NIL_UUID,
    stub,
    littleEndian: isLittleEndian(pdu.header),
    association: association?.uuid ?? NIL_UUID,
    security: security === null ? null : callSecurity(security),
    maybe,
  });
  if (maybe) calls.delete(call.callId);
}

function callSecurity({ type, level, context }: NonNullable<CoServerContext['security']>): CallSecurity {
  return { type, level, user: context.user, context };
}

/** A call without the signature that was agreed, or of credentials that were wrong: the connection is no longer trusted. */
function deny(context: CoServerContext, { header, contextId }: CoRequest): void {
  context.counters.unauthenticated += 1;
  refuseCall(context, header.callId, contextId, win32Code('ERROR_ACCESS_DENIED'));
  endServing(context);
}
