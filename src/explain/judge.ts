import { type Call, hasUnseenResult } from './call.ts';
import type { Conversation } from './conversation.ts';
import { FindingList } from './finding-list.ts';
import { isGone, isUnanswered } from './findings/facts.ts';
import type { CallCase } from './findings/rule.ts';
import type { ExplainSettings } from './limits.ts';
import { callName } from './names.ts';
import { type ConversationView, RESULT_KINDS, type ResultKind } from './types.ts';
import { callView, conversationView } from './views.ts';

/** Judges calls and conversations as they end, counts them, and keeps as many of them as the document lists. */
export class Judge {
  readonly findings: FindingList;
  readonly results: Record<ResultKind, number>;
  readonly callbacks = { calls: 0, answered: 0 };
  readonly answered = { messages: 0, retransmissions: 0 };
  calls = 0;
  callsWithoutRequest = 0;
  unconfirmed = 0;
  /** Calls without a result for which no finding gives a reason, and conversations of answers alone. */
  unexplained = 0;
  answersOnly = 0;
  readonly omitted = { conversations: 0, calls: 0 };
  readonly #settings: ExplainSettings;
  readonly #times: { readonly firstMs: number; readonly lastMs: number };
  readonly #listed: ConversationView[] = [];
  readonly #room: { readonly calls: Room; readonly conversations: Room };

  /** `times` is read anew each time: it goes on as the capture is read. */
  constructor(settings: ExplainSettings, times: { readonly firstMs: number; readonly lastMs: number }) {
    this.#settings = settings;
    this.#times = times;
    this.findings = new FindingList(() => times.firstMs);
    this.results = Object.fromEntries(RESULT_KINDS.map((kind) => [kind, 0])) as Record<ResultKind, number>;
    this.#room = { calls: roomOf(settings.listedCalls), conversations: roomOf(settings.listedConversations) };
  }

  /** In the order of the capture. */
  get conversations(): readonly ConversationView[] {
    return this.#listed.toSorted((a, b) => a.frame - b.frame);
  }

  call(call: Call, conversation: Conversation): void {
    const each: CallCase = {
      call,
      conversation,
      name: callName(call.interface, call.opnum),
      nowMs: this.#times.lastMs,
      settings: this.#settings,
    };
    const kind = resultKind(each);
    this.#count(each, kind);
    const ids = this.findings.judgeCall(each);
    if (ids.length > 0) conversation.troubled = true;
    else if (UNEXPLAINED.has(kind) && call.request.fragments.size > 0 && call.callback === null) this.unexplained += 1;
    if (call.callback !== null) return;
    if (take(this.#room.calls, ids.length > 0))
      conversation.listed.push(callView(call, kind, ids, this.#times.firstMs));
    else {
      conversation.omittedCalls += 1;
      this.omitted.calls += 1;
    }
  }

  conversation(conversation: Conversation): void {
    const { fromClient, fromServer, current } = conversation;
    if (current !== null && current.interface.name !== null && fromClient === 0) this.answersOnly += 1;
    if (current?.interface.name === null && (fromClient === 0 || fromServer === 0)) this.unconfirmed += 1;
    if (conversation.isLinkedCallback) return;
    if (take(this.#room.conversations, conversation.troubled)) {
      this.#listed.push(conversationView(conversation, this.#times.firstMs));
      return;
    }
    this.omitted.conversations += 1;
    this.omitted.calls += conversation.listed.length;
    for (const { findings } of conversation.listed) this.#room.calls[findings.length > 0 ? 'troubled' : 'fine'] += 1;
  }

  #count({ call }: CallCase, kind: ResultKind): void {
    if (call.result !== null && !isGone(call)) {
      for (const { fragments, retransmissions } of [call.request, call.response]) {
        this.answered.messages += fragments.size + retransmissions;
        this.answered.retransmissions += retransmissions;
      }
    }
    const isCallback = call.interface.role === 'callback';
    if (call.request.fragments.size === 0) {
      this.callsWithoutRequest += 1;
    } else if (isCallback) {
      this.callbacks.calls += 1;
      if (call.result?.kind === 'response') this.callbacks.answered += 1;
    } else {
      this.calls += 1;
      this.results[kind] += 1;
    }
  }
}

/** How many more of each there is room for. */
interface Room {
  fine: number;
  troubled: number;
}

function roomOf(listed: number): Room {
  const fine = Math.ceil(listed / 2);
  return { fine, troubled: listed - fine };
}

function take(room: Room, troubled: boolean): boolean {
  const kind = troubled ? 'troubled' : 'fine';
  if (room[kind] === 0) return false;
  room[kind] -= 1;
  return true;
}

const UNEXPLAINED: ReadonlySet<ResultKind> = new Set(['none', 'pending', 'partial']);

function resultKind(each: CallCase): ResultKind {
  const { result, semantics, response, refusal } = each.call;
  if (result !== null) return result.kind;
  if (refusal !== null) return 'unreachable';
  if (hasUnseenResult(each.call)) return 'unseen';
  if (semantics === 'maybe' || semantics === 'broadcast') return 'not-expected';
  if (response.fragments.size > 0) return 'partial';
  return isUnanswered(each) || each.call.request.fragments.size === 0 ? 'none' : 'pending';
}
