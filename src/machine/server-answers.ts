import { type ClHeader, type ClPdu, encodeCl, type Request } from '../pdu/cl/index.ts';
import { type NcaSymbol, ncaCode } from '../status/nca.ts';
import type { Address } from './contract.ts';
import { replyHeader, SINGLE_RESPONSE } from './reply.ts';
import { interfaceOf, type ServerContext, semanticsOf, transmit } from './server-context.ts';
import type { ServerCall } from './server-state.ts';
import type { Outcome } from './server-types.ts';

const NOTHING = new Uint8Array(0);

export function encodeAnswer(context: ServerContext, { header: asked }: Request, outcome: Outcome): Uint8Array {
  const header = replyHeader(asked, {
    flags1: outcome.kind === 'response' ? SINGLE_RESPONSE : 0,
    drep: context.drep,
    serverBoot: context.bootTime,
    interfaceHint: interfaceOf(context, asked)?.hint ?? 0,
  });
  switch (outcome.kind) {
    case 'response':
      return encodeCl({ type: 'response', header, stub: outcome.stub, trailer: NOTHING });
    case 'fault':
      return encodeCl({ type: 'fault', header, status: outcome.status, trailer: NOTHING });
    case 'reject':
      return encodeCl({ type: 'reject', header, status: outcome.status });
  }
}

/** Every transmission has a serial number of its own; the first one is 0 and the bytes are sent as they are. */
export function sendAnswer(context: ServerContext, call: ServerCall, now: number): void {
  if (call.answer === null) return;
  const datagram = call.serial === 0 ? call.answer : call.answer.slice();
  datagram[7] = call.serial >>> 8;
  datagram[79] = call.serial & 0xff;
  call.serial = (call.serial + 1) & 0xffff;
  call.answeredAt = now;
  transmit(context, datagram, call.activity.address);
  const { responseRetransmit } = context.settings;
  if (responseRetransmit !== null) context.out.arm(now + responseRetransmit);
}

/** Answers that are repeated unasked, where the settings want it. */
export function resendAnswers(context: ServerContext, now: number): void {
  const { responseRetransmit } = context.settings;
  if (responseRetransmit === null) return;
  for (const call of context.calls.values()) {
    if (call.state !== 'sending') continue;
    if (call.answeredAt + responseRetransmit <= now) sendAnswer(context, call, now);
    else context.out.arm(call.answeredAt + responseRetransmit);
  }
}

/** A refusal by the runtime: nothing is remembered of the call. A maybe call is refused in silence. */
export function reject(context: ServerContext, pdu: Request, to: Address, status: NcaSymbol | number): void {
  context.counters.rejected += 1;
  if (semanticsOf(pdu) === 'maybe') return;
  const header = replyHeader(pdu.header, { drep: context.drep });
  const code = typeof status === 'number' ? status : ncaCode(status);
  transmit(context, encodeCl({ type: 'reject', header, status: code }), to);
}

export function controlHeader({ drep, bootTime }: ServerContext, { header }: ClPdu): ClHeader {
  return replyHeader(header, { drep, serverBoot: bootTime });
}
