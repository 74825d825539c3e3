import { uuidText } from '../bytes/uuid.ts';
import { type Call, isComplete, type Message, type Refusal } from './call.ts';
import type { Conversation } from './conversation.ts';
import { statusName, win32Name } from './status-name.ts';
import type {
  CallbackView,
  CallView,
  ConversationView,
  FindingId,
  MessageView,
  RefusalView,
  ResultKind,
} from './types.ts';

/** A call as the document has it; `baseMs`: what times count from, ms since 1970. */
export function callView(call: Call, kind: ResultKind, findings: readonly FindingId[], baseMs: number): CallView {
  const { name, uuid, version } = call.interface;
  const status = call.result?.status ?? null;
  return {
    sequence: call.sequence,
    interface: { name, uuid, version },
    opnum: call.opnum,
    operation: call.interface.operation(call.opnum),
    semantics: call.semantics,
    authentication: call.authentication,
    frame: call.frame,
    ms: call.startMs - baseMs,
    durationMs: call.result === null ? null : call.result.ms - call.startMs,
    request: messageView(call.request),
    response: messageView(call.response),
    pings: call.pings,
    workings: call.workings,
    nocalls: call.nocalls,
    refusal: refusalView(call.refusal),
    facks: { client: call.clientFacks, server: call.serverFacks },
    acks: call.acks,
    cancels: call.cancels,
    callbacks: call.callbacks.map((each) => callbackView(each, baseMs)),
    result: {
      kind,
      status: status === null ? null : statusName(status),
      win32: status === null ? null : win32Name(status),
    },
    findings,
  };
}

export function conversationView(conversation: Conversation, baseMs: number): ConversationView {
  const { client, asked, answeredFrom, translated, serverBoot, addressSpace, frame, startMs, lastMs, pdus } =
    conversation;
  return {
    activity: uuidText(conversation.activity),
    client,
    asked,
    answeredFrom,
    translated,
    serverBoot: serverBoot === 0 ? null : serverBoot,
    addressSpace,
    frame,
    ms: startMs - baseMs,
    durationMs: lastMs - startMs,
    pdus,
    calls: conversation.listed.toSorted((a, b) => a.frame - b.frame),
    omittedCalls: conversation.omittedCalls,
  };
}

function refusalView(refusal: Refusal | null): RefusalView | null {
  if (refusal === null) return null;
  const { reason, by, frame, count } = refusal;
  return { reason, by, frame, count };
}

function messageView(message: Message): MessageView {
  const { fragments, bytes, retransmissions, duplicates, ipFragmented } = message;
  return { fragments: fragments.size, bytes, complete: isComplete(message), retransmissions, duplicates, ipFragmented };
}

function callbackView(
  { operation, frame, startMs, sent, answeredMs, status }: Call['callbacks'][number],
  baseMs: number,
): CallbackView {
  return {
    operation,
    frame,
    ms: startMs - baseMs,
    sent,
    answeredAfterMs: answeredMs === null ? null : answeredMs - startMs,
    status: status === null ? null : statusName(status),
  };
}
