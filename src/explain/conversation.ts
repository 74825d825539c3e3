import { swapUuid, type Uuid, uuidKey } from '../bytes/uuid.ts';
import type { Endpoint, IcmpError } from '../capture/packet.ts';
import type { Call } from './call.ts';
import type { CallView } from './types.ts';

/** What one client says under one activity UUID, and what is answered to it. */
export interface Conversation {
  readonly key: string;
  readonly activity: Uuid;
  readonly client: Endpoint;
  asked: Endpoint | null;
  answeredFrom: Endpoint | null;
  /** An answer came from the host that was asked. */
  isAnsweredByAsked: boolean;
  /** The client as the other side of a NAT sees it, where both sides are in the capture. */
  translated: Endpoint | null;
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
    isAnsweredByAsked: false,
    translated: null,
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

/** Where the activity stands in a header (C706 12.5.1). */
const ACTIVITY_AT = 40;
const ACTIVITY_END = 56;

function endText({ host, port }: Endpoint): string {
  return `${host} ${port}`;
}

export function isSameEnd(end: Endpoint, other: Endpoint | null): boolean {
  return other !== null && end.port === other.port && end.host === other.host;
}

/**
 * The conversations that go on. When there are too many, the one that has been silent longest goes: of those at the old end
 * of the table the first that has not spoken since it was put there.
 */
export class ConversationTable {
  readonly #entries = new Map<string, Conversation>();
  /** The newest of each activity, and those that a NAT shows under a second name. */
  readonly #byActivity = new Map<string, Conversation>();
  readonly #translated = new Map<string, Conversation>();
  /** The newest of each client end. */
  readonly #byClient = new Map<string, Conversation>();
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
    return this.#entries.get(key) ?? this.#translated.get(key);
  }

  /** That of which ICMP quotes a datagram: 8 bytes behind the IP header are sure (RFC 792), which is no more than the ends. */
  quoted({ from, to, payload }: IcmpError['about']): Conversation | undefined {
    if (payload.length >= ACTIVITY_END) {
      const onWire = payload.subarray(ACTIVITY_AT, ACTIVITY_END);
      const activity = (payload[4] as number) >>> 4 === 1 ? onWire : swapUuid(onWire);
      return this.find(conversationKey(activity, from)) ?? this.find(conversationKey(activity, to));
    }
    const speaks = this.#byClient.get(endText(from));
    if (speaks?.asked !== undefined && isSameEnd(to, speaks.asked)) return speaks;
    const hears = this.#byClient.get(endText(to));
    return hears !== undefined && isSameEnd(from, hears.answeredFrom) ? hears : undefined;
  }

  /** The newest conversation of an activity, whoever its client is. */
  ofActivity(activity: Uuid): Conversation | undefined {
    return this.#byActivity.get(uuidKey(activity));
  }

  /** From here on the conversation is found under the other end as well. */
  translate(conversation: Conversation, client: Endpoint): void {
    if (conversation.translated !== null) return;
    conversation.translated = client;
    this.#translated.set(conversationKey(conversation.activity, client), conversation);
  }

  add(conversation: Conversation, nowMs: number): void {
    this.#sweep(nowMs);
    this.#place(conversation);
    this.#byActivity.set(uuidKey(conversation.activity), conversation);
    this.#byClient.set(endText(conversation.client), conversation);
  }

  endAll(): void {
    for (const conversation of this.#entries.values()) this.#end(conversation);
    this.#entries.clear();
  }

  #end(conversation: Conversation): void {
    const { activity, client, translated } = conversation;
    const key = uuidKey(activity);
    if (this.#byActivity.get(key) === conversation) this.#byActivity.delete(key);
    if (this.#byClient.get(endText(client)) === conversation) this.#byClient.delete(endText(client));
    if (translated !== null) this.#translated.delete(conversationKey(activity, translated));
    this.#onEnd(conversation);
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
      this.#end(conversation);
    }
  }
}
