import { FLAGS1, type Request, type Response } from '../../../pdu/cl/index.ts';
import type { MessageSettings } from '../dialects.ts';
import { serialDifference } from './numbers.ts';

/** One message on its way in: what is complete up to the first gap, and the fragments beyond it. */
export interface ReceiveWindow {
  /** The message so far, `length` bytes in parts: those of full fragments are views of their datagrams. */
  readonly parts: Uint8Array[];
  length: number;
  /** Room behind the last part, for fragments too small to keep a datagram for each. */
  spare: Uint8Array;
  /** The first missing fragment. */
  base: number;
  /** Number of the last fragment; null: not seen yet. */
  final: number | null;
  /** The highest fragment seen; −1: none. */
  highest: number;
  readonly ahead: Map<number, Uint8Array>;
  aheadBytes: number;
  /** Highest serial number seen. */
  serial: number;
}

/** stored; duplicate: had it already; refused: cannot be kept, or cannot be; too-long: the message exceeds the limit. */
export type Stored = 'stored' | 'duplicate' | 'refused' | 'too-long';

const NOTHING = new Uint8Array(0);
/** Stub bytes from which on a fragment is worth its datagram; smaller ones are copied into blocks. */
const LEAST_VIEW = 512;
const SPARE = 4_096;

/** Fragment numbers have 16 bits, and 0xffff says "none" in a fack. */
const MAX_FRAGMENTS = 0xffff;

export function openReceiveWindow(serial: number): ReceiveWindow {
  return {
    parts: [],
    length: 0,
    spare: NOTHING,
    base: 0,
    final: null,
    highest: -1,
    ahead: new Map(),
    aheadBytes: 0,
    serial,
  };
}

export function isWhole({ final, base }: ReceiveWindow): boolean {
  return final !== null && base > final;
}

/** Joined once, or not at all where there is one part. */
export function wholeMessage({ parts, length }: ReceiveWindow): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes that the window holds. */
export function heldBytes({ length, aheadBytes }: ReceiveWindow): number {
  return length + aheadBytes;
}

/** The datagram belongs to the window from now on: nobody may write to it any more. */
export function storeFragment(
  window: ReceiveWindow,
  { header, stub }: Request | Response,
  { maxMessage, maxFragmentsAhead }: MessageSettings,
): Stored {
  if (serialDifference(header.serial, window.serial) > 0) window.serial = header.serial;
  const index = header.fragment;
  if (index < window.base || window.ahead.has(index)) return 'duplicate';
  const isLast = (header.flags1 & FLAGS1.lastfrag) !== 0;
  if (index >= MAX_FRAGMENTS || (stub.length === 0 && !isLast)) return 'refused';
  if (index >= window.base + maxFragmentsAhead) return 'refused';
  if (heldBytes(window) + stub.length > maxMessage) return 'too-long';
  markEnd(window, index, isLast);
  if (index === window.base) {
    append(window, stub);
    appendAhead(window);
  } else {
    window.ahead.set(index, stub);
    window.aheadBytes += stub.length;
  }
  return 'stored';
}

/** Masks of what lies beyond the first gap: bit b of word w is fragment base + 32 w + b. */
export function selectiveAck({ base, ahead }: ReceiveWindow): number[] {
  const masks: number[] = [];
  for (const index of ahead.keys()) {
    const bit = index - base;
    const word = bit >> 5;
    while (masks.length <= word) masks.push(0);
    masks[word] = ((masks[word] as number) | (1 << (bit & 31))) >>> 0;
  }
  return masks;
}

/**
 * The flag counts on the highest fragment only: C706 runtimes set it on whatever they send last, so also on a repeated
 * fragment from the middle when those behind it are acknowledged.
 */
function markEnd(window: ReceiveWindow, index: number, isLast: boolean): void {
  if (index < window.highest) return;
  window.highest = index;
  window.final = isLast ? index : null;
}

function append(window: ReceiveWindow, bytes: Uint8Array): void {
  const { parts } = window;
  window.length += bytes.length;
  window.base += 1;
  if (bytes.length >= LEAST_VIEW) {
    parts.push(bytes);
    window.spare = NOTHING;
    return;
  }
  if (bytes.length > window.spare.length) {
    window.spare = new Uint8Array(SPARE);
    parts.push(window.spare.subarray(0, 0));
  }
  window.spare.set(bytes);
  window.spare = window.spare.subarray(bytes.length);
  const last = parts.pop() ?? NOTHING;
  parts.push(new Uint8Array(last.buffer, last.byteOffset, last.length + bytes.length));
}

function appendAhead(window: ReceiveWindow): void {
  for (let bytes = window.ahead.get(window.base); bytes !== undefined; bytes = window.ahead.get(window.base)) {
    window.ahead.delete(window.base);
    window.aheadBytes -= bytes.length;
    append(window, bytes);
  }
}
