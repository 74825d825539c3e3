import { AUTH_LEVEL } from '../../../auth/datagram/level.ts';
import {
  type CoFault,
  type CoPdu,
  type CoRequest,
  type CoResponse,
  encodeCo,
  isLittleEndian,
  PFC,
  WHOLE,
} from '../../../pdu/co/index.ts';
import { appendVerificationTrailer, CLIENT_SUPPORTS_HEADER_SIGNING } from '../../../pdu/co/verification-trailer.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import type { Fragment } from '../message/fragment-reader.ts';
import { encodeProtected, openProtected, overhead } from '../message/protect.ts';
import { split } from '../message/split.ts';
import { addPart, openReassembly, wholeStub } from '../message/stub-reassembly.ts';
import { NDR_SYNTAX } from '../message/transfer-syntax.ts';
import { type CoCall, type CoClientContext, contextKey, endCall } from './state.ts';
import type { CoClientInput } from './types.ts';
import { violate } from './violate.ts';

/** Header and body ahead of the stub, with an object UUID. */
const REQUEST_HEAD = 40;

/** A new call waits for its context, and for the ones ahead of it. Throws LocalMisuseError for a number that is taken. */
export function enqueue(context: CoClientContext, input: CoClientInput & { kind: 'call' }): CoCall {
  const { contexts, waiting, active } = context;
  if (waiting.has(input.call) || active.has(input.call)) throw new LocalMisuseError(`call ${input.call} exists`);
  const key = contextKey(input.interfaceId);
  const known = contexts.get(key);
  const agreed = known ?? {
    element: { id: contexts.size, interface: input.interfaceId, transferSyntaxes: [NDR_SYNTAX] },
    refusal: undefined,
  };
  contexts.set(key, agreed);
  const call: CoCall = {
    input,
    context: agreed,
    callId: 0,
    answer: openReassembly(),
    requests: 0,
    heard: {},
    cancelledUntil: null,
  };
  waiting.set(input.call, call);
  return call;
}

/** Sends what may go: without multiplexing one call at a time, in order. */
export function advance(context: CoClientContext): void {
  const { waiting, active } = context;
  if (context.phase !== 'bound' && !(context.phase === 'altering' && context.bound)) return;
  for (const call of [...waiting.values()]) {
    if (active.size > 0 && !context.multiplex) return;
    if (call.context.refusal !== null) {
      if (context.multiplex) continue;
      return;
    }
    send(context, call);
  }
}

function send(context: CoClientContext, call: CoCall): void {
  const { protection, out, maxXmit, drep } = context;
  const { call: number, opnum, object = null, maybe = false } = call.input;
  context.waiting.delete(number);
  context.active.set(number, call);
  context.lastCallId += 1;
  call.callId = context.lastCallId;
  const base = (maybe ? PFC.maybe : 0) | (object === null ? 0 : PFC.objectUuid);
  const contextId = call.context.element.id;
  const stub = verifiable(context, call);
  for (const { flags, stub: part, left } of split(stub, maxXmit - REQUEST_HEAD - overhead(protection))) {
    const header = { minorVersion: 0, flags: base | flags, drep, callId: call.callId };
    const pdu: CoRequest = {
      type: 'request',
      header,
      allocHint: left,
      contextId,
      opnum,
      object,
      stub: part,
      auth: null,
    };
    out.transmit(encodeProtected(pdu, protection));
    call.requests += 1;
  }
  if (maybe) endCall(context, call, { kind: 'sent' });
}

/** Signed arguments carry what is not signed: a header that somebody changed is noticed by a server that signs stubs only. */
function verifiable({ protection, drep }: CoClientContext, { input, context, callId }: CoCall): Uint8Array {
  if (protection === null || protection.level < AUTH_LEVEL.integrity) return input.stub;
  const { id, interface: abstractSyntax } = context.element;
  return appendVerificationTrailer(input.stub, {
    bitmask1: CLIENT_SUPPORTS_HEADER_SIGNING,
    context: { interface: abstractSyntax, transferSyntax: NDR_SYNTAX },
    header: { type: 0, drep, callId, contextId: id, opnum: input.opnum },
  });
}

/** A response that is complete, or one more fragment of it. */
export function takeResponse(context: CoClientContext, pdu: CoResponse, fragment: Fragment): void {
  // Signatures are numbered: that of an answer which nobody waits for counts as well.
  const stub = openProtected(pdu, fragment, context.protection);
  const call = activeCall(context, pdu.header.callId);
  if (call === null) return unknownCall(context, pdu);
  hear(call, pdu);
  const first = (pdu.header.flags & PFC.firstFrag) !== 0;
  if (first !== (call.answer.parts.length === 0)) return violate(context, 'fragments of a response out of order');
  if (!addPart(call.answer, stub, context.settings.maxMessage))
    return violate(context, 'the response is longer than the limit');
  if ((pdu.header.flags & PFC.lastFrag) === 0) return;
  endCall(context, call, { kind: 'response', stub: wholeStub(call.answer), littleEndian: isLittleEndian(pdu.header) });
  advance(context);
}

export function takeFault(context: CoClientContext, pdu: CoFault): void {
  const call = activeCall(context, pdu.header.callId);
  if (call === null) return unknownCall(context, pdu);
  hear(call, pdu);
  const kind = (pdu.header.flags & PFC.didNotExecute) !== 0 ? 'reject' : 'fault';
  endCall(context, call, { kind, status: pdu.status });
  advance(context);
}

export function abandon(context: CoClientContext, number: number): void {
  const call = context.waiting.get(number) ?? context.active.get(number);
  if (call === undefined) return;
  if (context.active.has(number)) sendControl(context, 'orphaned', call.callId);
  endCall(context, call, { kind: 'abandoned' });
  advance(context);
}

export function cancel(context: CoClientContext, number: number, now: number): void {
  const call = context.active.get(number);
  if (call === undefined) return abandon(context, number);
  if (call.cancelledUntil !== null) return;
  call.cancelledUntil = now + context.settings.cancelTimeout;
  context.out.arm(call.cancelledUntil);
  sendControl(context, 'co_cancel', call.callId);
}

/** Cancelled calls that their server leaves unanswered. */
export function expireCancels(context: CoClientContext, now: number): void {
  for (const call of [...context.active.values()]) {
    if (call.cancelledUntil === null) continue;
    if (call.cancelledUntil <= now) abandon(context, call.input.call);
    else context.out.arm(call.cancelledUntil);
  }
}

export function hear(call: CoCall, { type }: CoPdu): void {
  call.heard[type] = (call.heard[type] ?? 0) + 1;
}

function sendControl({ out, drep }: CoClientContext, type: 'orphaned' | 'co_cancel', callId: number): void {
  out.transmit(encodeCo({ type, header: { minorVersion: 0, flags: WHOLE, drep, callId }, auth: null }));
}

function activeCall({ active }: CoClientContext, callId: number): CoCall | null {
  for (const call of active.values()) if (call.callId === callId) return call;
  return null;
}

/** The answer to a call that was given up comes late; to one that was never made, it is forged. */
function unknownCall(context: CoClientContext, pdu: CoResponse | CoFault): void {
  if (pdu.header.callId > context.lastCallId) violate(context, `a ${pdu.type} to a call that was never made`);
}
