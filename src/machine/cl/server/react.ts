import type { Ack, Cancel, Fack, Ping, Request } from '../../../pdu/cl/index.ts';
import { serialDifference } from '../message/numbers.ts';
import { controlHeader, sendAnswer } from './answers.ts';
import { takeCancel } from './cancel.ts';
import type { ServerContext } from './context.ts';
import { emitTo } from './emit.ts';
import { takeRequestFragment, takeResponseFack, tellMissingToPing } from './messages.ts';
import { removeCall } from './remove.ts';
import type { ServerCall } from './state.ts';
import { concerns } from './transitions.ts';

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
  if (!concerns(call, pdu.type)) return;
  switch (pdu.type) {
    case 'request':
      return call.state === 'receiving'
        ? takeRequestFragment(context, call, pdu, now)
        : tellState(context, call, pdu, now);
    case 'ping':
      return tellState(context, call, pdu, now);
    case 'fack':
      return takeResponseFack(context, call, pdu, now);
    case 'ack':
      return removeCall(context, call, now);
    case 'cl_cancel':
      return takeCancel(context, call.activity, pdu, now);
  }
}

/** A client that asks, or says again what is known, hears how far its call is. */
function tellState(context: ServerContext, call: ServerCall, pdu: Request | Ping, now: number): void {
  switch (call.state) {
    case 'receiving':
      return tellMissingToPing(context, call, pdu, now);
    case 'held':
    case 'working':
      return emitTo(context, call.activity, { type: 'working', header: controlHeader(context, pdu) });
    case 'sending':
      return sendAnswer(context, call, now, true);
    case 'over':
      return;
  }
}
