import type { Ack, Cancel, ClType, Fack, Ping, Request } from '../../../pdu/cl/index.ts';
import { serialDifference } from '../message/reply.ts';
import { controlHeader, sendAnswer } from './answers.ts';
import { takeCancel } from './cancel.ts';
import type { ServerContext } from './context.ts';
import { emitTo } from './emit.ts';
import { takeRequestFragment, takeResponseFack, tellMissing } from './messages.ts';
import { removeCall } from './remove.ts';
import type { CallState, ServerCall } from './state.ts';

type Action = 'collect' | 'tell-missing' | 'say-working' | 'answer-again' | 'advance' | 'confirm' | 'cancel';

const TRANSITIONS: Record<CallState, Partial<Record<ClType, Action>>> = {
  receiving: { request: 'collect', ping: 'tell-missing', cl_cancel: 'cancel' },
  held: { request: 'say-working', ping: 'say-working', cl_cancel: 'cancel' },
  working: { request: 'say-working', ping: 'say-working', cl_cancel: 'cancel' },
  sending: { request: 'answer-again', ping: 'answer-again', fack: 'advance', ack: 'confirm', cl_cancel: 'cancel' },
};

/** What a PDU of a known call does to it. */
export function react(
  context: ServerContext,
  call: ServerCall,
  pdu: Request | Ping | Ack | Cancel | Fack,
  now: number,
): void {
  const risen = serialDifference(pdu.header.serial, call.serialSeen) > 0;
  if (risen) call.serialSeen = pdu.header.serial;
  if (pdu.type === 'ping' && !risen && context.settings.pingSerialMustRise) return;
  switch (TRANSITIONS[call.state][pdu.type]) {
    case 'collect':
      return pdu.type === 'request' ? takeRequestFragment(context, call, pdu, now) : undefined;
    case 'tell-missing':
      return tellMissing(context, call, pdu, context.settings.missingFragments);
    case 'say-working':
      return emitTo(context, call.activity, { type: 'working', header: controlHeader(context, pdu) });
    case 'answer-again':
      return sendAnswer(context, call, now, true);
    case 'advance':
      return pdu.type === 'fack' ? takeResponseFack(context, call, pdu, now) : undefined;
    case 'confirm':
      return removeCall(context, call, now);
    case 'cancel':
      return pdu.type === 'cl_cancel' ? takeCancel(context, call.activity, pdu, now) : undefined;
  }
}
