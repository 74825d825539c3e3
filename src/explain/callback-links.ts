import { uuidText } from '../bytes/uuid.ts';
import type { Endpoint } from '../capture/packet.ts';
import {
  CONV,
  decodeConvCaller,
  decodeConvWhoAreYou2Response,
  decodeConvWhoAreYouAuthResponse,
} from '../interface/conv/index.ts';
import { isLittleEndian, type Request, type Response } from '../pdu/cl/index.ts';
import { isClusError } from '../status/errors.ts';
import type { Call } from './call.ts';
import type { Conversation } from './conversation.ts';
import { type ConversationTable, conversationKey } from './conversation.ts';

/** A call has one callback, or one and its repetitions under new numbers; a hostile capture has any number. */
const MAX_LISTED = 8;

/**
 * Joins a callback to the call because of which it is made: the server names the client's activity in its stub (C706 App. P),
 * and sends it where the request came from.
 */
export function linkCallback(
  table: ConversationTable,
  own: Conversation,
  call: Call,
  { stub, header }: Request,
  to: Endpoint,
  frame: number,
): void {
  if (call.callback !== null || call.opnum > LAST_CALLBACK || stub.length < CALLER_BYTES) return;
  const { activity } = decodeConvCaller(stub, isLittleEndian(header));
  const target = table.find(conversationKey(activity, to));
  const because = target === undefined ? null : waitingCall(target);
  if (target === undefined || because === null || target === own) return;
  const operation = call.interface.operation(call.opnum) ?? `operation ${call.opnum}`;
  const callback = {
    operation,
    frame,
    startMs: call.startMs,
    sent: 0,
    answeredMs: null,
    status: null,
    refusal: null,
    target,
  };
  call.callback = callback;
  own.isLinkedCallback = true;
  target.callbacks += 1;
  because.callbackCount += 1;
  if (because.callbacks.length < MAX_LISTED) because.callbacks = [...because.callbacks, callback];
}

/** Notes the answer to a callback, and which process the client says it is. Answers the UUID of that process when it is new. */
export function answerCallback(call: Call, pdu: Response): string | null {
  const { callback, result } = call;
  if (callback === null || result === null || callback.answeredMs !== null) return null;
  callback.answeredMs = result.ms;
  callback.status = result.status;
  const addressSpace = result.status === 0 ? addressSpaceOf(call.opnum, pdu) : null;
  if (addressSpace === null || callback.target.addressSpace !== null) return null;
  callback.target.addressSpace = addressSpace;
  return addressSpace;
}

const { conv_who_are_you2, conv_who_are_you_auth, conv_who_are_you_auth_more: LAST_CALLBACK } = CONV.operations;
/** Activity and boot time. */
const CALLER_BYTES = 20;

/** The newest call without a result, else the newest. */
function waitingCall({ calls, current }: Conversation): Call | null {
  let waiting: Call | null = null;
  for (const call of calls) if (call.result === null) waiting = call;
  return waiting ?? current;
}

function addressSpaceOf(opnum: number, { stub, header }: Response): string | null {
  const littleEndian = isLittleEndian(header);
  try {
    if (opnum === conv_who_are_you2) return uuidText(decodeConvWhoAreYou2Response(stub, littleEndian).casUuid);
    if (opnum === conv_who_are_you_auth) return uuidText(decodeConvWhoAreYouAuthResponse(stub, littleEndian).casUuid);
  } catch (error) {
    // An answer that cannot be read names no process.
    if (!isClusError(error)) throw error;
  }
  return null;
}
