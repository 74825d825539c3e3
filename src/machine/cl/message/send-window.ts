import { serialDifference } from './numbers.ts';

/*
 * One message on its way out in fragments ([MS-RPCE] 3.2.1.1.2, C706 9.5).
 *
 * Fragments go out in bursts; the last of a burst asks for a fack. Each fack lets the burst grow by one, each silence
 * halves it down to nothing, and then the lowest missing fragment goes alone. A fack names the serial number that it
 * answers: whatever was sent before that and has not arrived is lost. Fragments are cut when they are first sent, so
 * that the size may change on the way; one that was cut never changes, since an old copy may still arrive.
 */

/** What became of a fragment, in place of the serial number it was last sent with. */
const ARRIVED = -1;
const LOST = -2;

export interface SendWindow {
  readonly stub: Uint8Array;
  /** Where the fragments begin that were cut so far, bytes. */
  readonly starts: number[];
  /** Serial numbers of their last transmissions, ARRIVED or LOST. */
  readonly fates: number[];
  /** The lowest fragment that is not known to have arrived. */
  base: number;
  /** Where the next fragment will begin. */
  end: number;
  burst: number;
  /** What the peer takes beyond the base, fragments. */
  peerWindow: number;
  /** The highest serial number that a fack has answered; null: none has. */
  answered: number | null;
  sentAt: number;
}

export interface Fragment {
  readonly index: number;
  readonly stub: Uint8Array;
  readonly last: boolean;
  readonly asksFack: boolean;
}

/** Sends a fragment and tells the serial number that it got. */
export type SendFragment = (fragment: Fragment) => number;

export function openSendWindow(stub: Uint8Array, burst: number, peerWindow: number, now: number): SendWindow {
  return {
    stub,
    starts: [],
    fates: [],
    base: 0,
    end: 0,
    burst,
    peerWindow,
    answered: null,
    sentAt: now,
  };
}

export function hasArrived({ base, starts, end, stub }: SendWindow): boolean {
  return base === starts.length && end === stub.length;
}

export function wasSent({ end, stub }: SendWindow): boolean {
  return end === stub.length;
}

/** Sends what is lost and then what is new, as many as burst and window allow; nothing when all is under way. */
export function sendBurst(window: SendWindow, body: number, send: SendFragment, now: number): void {
  const picked = pick(window, body);
  const lastIndex = picked.at(-1);
  if (lastIndex === undefined) return;
  window.sentAt = now;
  for (const index of picked) {
    sendOne(window, index, index === lastIndex, send);
  }
}

function sendOne(window: SendWindow, index: number, endsBurst: boolean, send: SendFragment): void {
  const start = window.starts[index] as number;
  const stop = window.starts[index + 1] ?? window.end;
  const last = stop === window.stub.length;
  const asksFack = endsBurst && (!last || window.burst === 0);
  window.fates[index] = send({ index, stub: window.stub.subarray(start, stop), last, asksFack });
}

/** Silence: what is under way counts as lost, and a smaller burst goes out, one fragment even into a closed window. */
export function sendAgain(window: SendWindow, body: number, send: SendFragment, now: number): void {
  window.burst = window.burst >> 1;
  for (let i = window.base; i < window.fates.length; i++) if (window.fates[i] !== ARRIVED) window.fates[i] = LOST;
  const { peerWindow } = window;
  window.peerWindow = Math.max(1, peerWindow);
  sendBurst(window, body, send, now);
  window.peerWindow = peerWindow;
}

/** The last one that has not arrived, alone: whoever lacks more says so. */
export function sendLast(window: SendWindow, send: SendFragment, now: number): void {
  const index = window.fates.findLastIndex((fate) => fate !== ARRIVED);
  if (index < 0) return;
  window.sentAt = now;
  window.burst = window.burst >> 1;
  sendOne(window, index, false, send);
}

/** What a fack says of the fragments. */
export interface FragmentNews {
  /** Highest fragment that arrived in order; 0xffff: none. */
  readonly inOrder: number;
  readonly serial: number | null;
  readonly selectiveAck: readonly number[];
}

/** forged: of fragments that were never sent. stale: known already. news: a burst should follow. */
export type FackValue = 'forged' | 'stale' | 'news';

/**
 * `peerWindow`: what the peer now takes, fragments; null: it does not say. A fack that overtook another says nothing of the
 * window, unless it opens one that was closed.
 */
export function takeFack(
  window: SendWindow,
  news: FragmentNews,
  peerWindow: number | null,
  burstMax: number,
): FackValue {
  const opens = window.peerWindow === 0 && peerWindow !== null && peerWindow > 0;
  const value = markArrived(window, news, burstMax);
  if (peerWindow !== null && (value === 'news' || opens)) window.peerWindow = peerWindow;
  return value === 'stale' && opens ? 'news' : value;
}

function markArrived(window: SendWindow, news: FragmentNews, burstMax: number): FackValue {
  const next = (news.inOrder + 1) & 0xffff;
  if (next > window.starts.length) return 'forged';
  const base = window.base;
  for (let i = base; i < next; i++) window.fates[i] = ARRIVED;
  markSelected(window, next, news.selectiveAck);
  while (window.fates[window.base] === ARRIVED) window.base += 1;
  const progress = window.base > base;
  if (news.serial === null) {
    if (progress) window.burst = Math.min(window.burst + 1, burstMax);
    return progress ? 'news' : 'stale';
  }
  const { answered } = window;
  if (answered !== null && serialDifference(news.serial, answered) <= 0) return progress ? 'news' : 'stale';
  window.answered = news.serial;
  window.burst = Math.min(window.burst + 1, burstMax);
  for (let i = window.base; i < window.fates.length; i++) {
    const fate = window.fates[i] as number;
    if (fate >= 0 && serialDifference(fate, news.serial) < 0) window.fates[i] = LOST;
  }
  return 'news';
}

/** The peer has forgotten all of it. */
export function startOver(window: SendWindow): void {
  window.fates.fill(LOST);
  window.base = 0;
  window.answered = null;
}

function markSelected(window: SendWindow, next: number, masks: readonly number[]): void {
  const count = Math.min(window.fates.length - next, 32 * masks.length);
  for (let i = 0; i < count; i++) {
    if ((((masks[i >> 5] as number) >>> (i & 31)) & 1) === 1) window.fates[next + i] = ARRIVED;
  }
}

function pick(window: SendWindow, body: number): number[] {
  const room = Math.max(1, Math.min(window.burst, window.peerWindow));
  const beyond = window.base + window.peerWindow;
  const picked: number[] = [];
  for (let i = window.base; i < Math.min(window.fates.length, beyond) && picked.length < room; i++) {
    if (window.fates[i] === LOST) picked.push(i);
  }
  while (picked.length < room && window.starts.length < beyond && !wasSent(window)) {
    picked.push(window.starts.length);
    window.starts.push(window.end);
    window.end = Math.min(window.end + body, window.stub.length);
  }
  return picked;
}
