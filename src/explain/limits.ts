import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';

/** Bounds of memory and of the document, and the times that judgements need, ms. */
export interface ExplainSettings {
  /** Conversations followed at the same time; the longest silent goes first. */
  readonly liveConversations: number;
  /** Calls of one activity followed at the same time: overlapped ones, and late packets of finished ones. */
  readonly liveCalls: number;
  /** Conversations and calls listed in the document; half of each is kept for those with a finding. */
  readonly listedConversations: number;
  readonly listedCalls: number;
  /** Client hosts whose ports are followed, and ports of all of them together. */
  readonly hosts: number;
  readonly ports: number;
  /** Points of a host's uses, and of its growth. */
  readonly points: number;
  /** Silence after which a conversation is taken for over: TIMEOUT_IDLE of C706 App. K, when servers forget it too. */
  readonly idleMs: number;
  /** Silence after which a call counts as unanswered and not as under way: five intervals of a Windows client. */
  readonly patienceMs: number;
  /** When closed ports come back (KB814622: 240 s). */
  readonly recycleAfterMs: number;
  /** The pool of forecasts when nobody gave one: KB154596 advises 100 ports. */
  readonly assumedPool: number;
}

export const EXPLAIN_SETTINGS: ExplainSettings = {
  liveConversations: 8_192,
  liveCalls: 8,
  listedConversations: 400,
  listedCalls: 2_000,
  hosts: 256,
  ports: 65_536,
  points: 1_000,
  idleMs: 300_000,
  patienceMs: 5_000,
  recycleAfterMs: DEFAULT_RECYCLE_AFTER,
  assumedPool: 100,
};
