import { type Uuid, uuidKey } from '../bytes/uuid.ts';
import type { Endpoint } from '../capture/packet.ts';
import type { Call } from './call.ts';
import type { CallView } from './types.ts';

/** What one client says under one activity UUID, and what is answered to it. */
export interface Conversation {
  readonly key: string;
  readonly activity: Uuid;
  readonly client: Endpoint;
  asked: Endpoint | null;
  answeredFrom: Endpoint | null;
  serverBoot: number;
  addressSpace: string | null;
  readonly frame: number;
  readonly startMs: number;
  lastMs: number;
  pdus: number;
  fromClient: number;
  fromServer: number;
  /** Those that may still change, oldest first: a few. */
  readonly calls: Call[];
  current: Call | null;
  /** The highest number of a call that has been judged and forgotten; -1: none. */
  judgedUpTo: number;
  callbacks: number;
  /** It is the callback of another conversation, where it is told of. */
  isLinkedCallback: boolean;
  readonly listed: CallView[];
  omittedCalls: number;
  troubled: boolean;
  /** When it was put where it stands in the order of the table. */
  placedMs: number;
}

export function newConversation(
  key: string,
  activity: Uuid,
  client: Endpoint,
  frame: number,
  startMs: number,
): Conversation {
  return {
    key,
    activity,
    client,
    frame,
    startMs,
    asked: null,
    answeredFrom: null,
    serverBoot: 0,
    addressSpace: null,
    lastMs: startMs,
    pdus: 0,
    fromClient: 0,
    fromServer: 0,
    calls: [],
    current: null,
    judgedUpTo: -1,
    callbacks: 0,
    isLinkedCallback: false,
    listed: [],
    omittedCalls: 0,
    troubled: false,
    placedMs: startMs,
  };
}

/** An activity belongs to one end of a client: the same UUID from another one is another conversation, or a forged one. */
export function conversationKey(activity: Uuid, { host, port }: Endpoint): string {
  return `${uuidKey(activity)}${String.fromCharCode(port)}${host}`;
}

/**
 * The conversations that go on. When there are too many, the one that has been silent longest goes: of those at the old end
 * of the table the first that has not spoken since it was put there.
 */
export class ConversationTable {
  readonly #entries = new Map<string, Conversation>();
  readonly #limit: number;
  readonly #idleMs: number;
  readonly #onEnd: (conversation: Conversation) => void;
  evicted = 0;

  constructor(limit: number, idleMs: number, onEnd: (conversation: Conversation) => void) {
    this.#limit = limit;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
  }

  find(key: string): Conversation | undefined {
    return this.#entries.get(key);
  }

  add(conversation: Conversation, nowMs: number): void {
    this.#sweep(nowMs);
    this.#place(conversation);
  }

  endAll(): void {
    for (const conversation of this.#entries.values()) this.#onEnd(conversation);
    this.#entries.clear();
  }

  #place(conversation: Conversation): void {
    conversation.placedMs = conversation.lastMs;
    this.#entries.set(conversation.key, conversation);
  }

  /** Each round ends an entry, or moves one that has spoken since to the new end; there it is old no more. */
  #sweep(nowMs: number): void {
    const isOld = (ms: number): boolean => Math.abs(nowMs - ms) > this.#idleMs;
    for (const conversation of this.#entries.values()) {
      const isTooMany = this.#entries.size >= this.#limit;
      if (!isTooMany && !isOld(conversation.placedMs)) return;
      this.#entries.delete(conversation.key);
      const isIdle = isOld(conversation.lastMs);
      if (!isIdle && conversation.lastMs !== conversation.placedMs) {
        this.#place(conversation);
        continue;
      }
      if (!isIdle) this.evicted += 1;
      this.#onEnd(conversation);
    }
  }
}
