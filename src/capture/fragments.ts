/** 2^16 - 1: neither IPv4 nor the fragment header of IPv6 can name a byte beyond it. */
export const MAX_REASSEMBLED = 0xffff;

/** What an entry and each of its ranges are charged beside the bytes they hold. */
const ENTRY_COST = 512;
const RANGE_COST = 16;
const MIN_BUFFER = 2048;

export interface ReassemblyLimits {
  /** Datagrams under reassembly, and those that just were; the oldest goes first. */
  readonly maxFragmentedDatagrams: number;
  /** Bytes held for them; the oldest goes first. */
  readonly maxFragmentBytes: number;
  /** Time of the capture, not of the clock, from the first fragment that was seen. */
  readonly fragmentTimeoutMs: number;
}

/** 30 s is Linux' own time-out: soon enough that a busy sender's 16-bit identification does not come round within it. */
export const REASSEMBLY_LIMITS: ReassemblyLimits = {
  maxFragmentedDatagrams: 1024,
  maxFragmentBytes: 8 * 1024 * 1024,
  fragmentTimeoutMs: 30_000,
};

export interface Fragment {
  /** Source, destination, protocol and identification: what the pieces of one datagram share. */
  readonly key: string;
  readonly offset: number;
  readonly moreFragments: boolean;
  /** Protocol of what is reassembled; only that of the first fragment counts (RFC 8200 4.5). */
  readonly protocol: number;
  readonly data: Uint8Array;
}

export interface Reassembled {
  readonly bytes: Uint8Array;
  readonly protocol: number;
  readonly fragments: number;
}

export interface ReassemblyCounts {
  timedOut: number;
  evicted: number;
  conflicting: number;
}

interface Entry {
  readonly createdMs: number;
  buffer: Uint8Array;
  /** Starts and ends of what is there, in order and apart: start, end, start, end, … */
  readonly ranges: number[];
  /** Known once the last fragment came. */
  total: number | null;
  protocol: number;
  fragments: number;
  /**
   * dead: contradicted itself, kept without bytes so that later fragments of it do not begin anew. whole: put together, kept
   * so that a second copy of its fragments, as a SPAN port makes them, is none that misses a piece.
   */
  state: 'open' | 'whole' | 'dead';
}

/**
 * Puts fragments of IP together. Fragments may overlap only where they repeat the same bytes; a datagram whose fragments
 * contradict each other is dropped whole, since hosts differ in which bytes they would believe (RFC 5722 3, RFC 1858).
 */
export class FragmentTable {
  readonly counts: ReassemblyCounts = { timedOut: 0, evicted: 0, conflicting: 0 };
  readonly #limits: ReassemblyLimits;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(limits: Partial<ReassemblyLimits> = {}) {
    this.#limits = { ...REASSEMBLY_LIMITS, ...limits };
  }

  /** Datagrams that still miss a piece. */
  get unfinished(): number {
    let count = 0;
    for (const { state } of this.#entries.values()) if (state === 'open') count += 1;
    return count;
  }

  /** The datagram when `fragment` was its last missing piece, else null. The data of the fragment is copied. */
  add(fragment: Fragment, nowMs: number): Reassembled | null {
    this.#expire(fragment.key, nowMs);
    const entry = this.#entryFor(fragment, nowMs);
    if (entry.state !== 'open') return null;
    this.#bytes -= cost(entry);
    if (insert(entry, fragment)) {
      if (isComplete(entry)) {
        entry.state = 'whole';
        this.#bytes += cost(entry);
        this.#evict();
        return {
          bytes: entry.buffer.subarray(0, entry.total ?? 0),
          protocol: entry.protocol,
          fragments: entry.fragments,
        };
      }
    } else {
      this.counts.conflicting += 1;
      kill(entry);
    }
    this.#bytes += cost(entry);
    this.#evict();
    return null;
  }

  /** A whole datagram is repeated by its own bytes alone: others mean that its identification is used again. */
  #entryFor(fragment: Fragment, nowMs: number): Entry {
    const known = this.#entries.get(fragment.key);
    if (known !== undefined && (known.state !== 'whole' || isPartOf(known, fragment))) return known;
    if (known !== undefined) this.#drop(fragment.key, known);
    const entry = newEntry(nowMs, fragment.protocol);
    this.#entries.set(fragment.key, entry);
    this.#bytes += cost(entry);
    return entry;
  }

  /** Oldest entries first, and the one asked for; captures that were joined may run backwards in time. */
  #expire(key: string, nowMs: number): void {
    const expired = (entry: Entry): boolean => !(Math.abs(nowMs - entry.createdMs) <= this.#limits.fragmentTimeoutMs);
    const asked = this.#entries.get(key);
    if (asked !== undefined && expired(asked)) this.#timeOut(key, asked);
    for (const [oldest, entry] of this.#entries) {
      if (!expired(entry)) return;
      this.#timeOut(oldest, entry);
    }
  }

  #timeOut(key: string, entry: Entry): void {
    if (entry.state === 'open') this.counts.timedOut += 1;
    this.#drop(key, entry);
  }

  #evict(): void {
    const { maxFragmentBytes, maxFragmentedDatagrams } = this.#limits;
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= maxFragmentBytes && this.#entries.size <= maxFragmentedDatagrams) return;
      if (entry.state === 'open') this.counts.evicted += 1;
      this.#drop(key, entry);
    }
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= cost(entry);
  }
}

function newEntry(createdMs: number, protocol: number): Entry {
  return { createdMs, buffer: new Uint8Array(0), ranges: [], total: null, protocol, fragments: 0, state: 'open' };
}

function cost(entry: Entry): number {
  return ENTRY_COST + entry.buffer.length + RANGE_COST * entry.ranges.length;
}

function kill(entry: Entry): void {
  entry.state = 'dead';
  entry.buffer = new Uint8Array(0);
  entry.ranges.length = 0;
}

function isComplete({ ranges, total }: Entry): boolean {
  return total !== null && (total === 0 || (ranges.length === 2 && ranges[0] === 0 && ranges[1] === total));
}

function isPartOf({ buffer, total }: Entry, { offset, moreFragments, data }: Fragment): boolean {
  const end = offset + data.length;
  if (total === null || end > total || moreFragments !== end < total) return false;
  return repeats(buffer, data, offset, offset, end);
}

/** False when the fragment contradicts what is there: other bytes, another end, or bytes beyond the end. */
function insert(entry: Entry, { offset, moreFragments, protocol, data }: Fragment): boolean {
  const end = offset + data.length;
  if (!moreFragments) {
    if (entry.total !== null && entry.total !== end) return false;
    entry.total = end;
  }
  const { ranges } = entry;
  if (entry.total !== null && Math.max(end, ranges.at(-1) ?? 0) > entry.total) return false;
  if (offset === 0) entry.protocol = protocol;
  entry.fragments += 1;
  reserve(entry, end);
  const first = firstRangeEndingAt(ranges, offset);
  let last = first;
  let start = offset;
  let stop = end;
  for (; last < ranges.length && (ranges[last] as number) <= end; last += 2) {
    const from = ranges[last] as number;
    const to = ranges[last + 1] as number;
    if (!repeats(entry.buffer, data, offset, Math.max(from, offset), Math.min(to, end))) return false;
    start = Math.min(start, from);
    stop = Math.max(stop, to);
  }
  entry.buffer.set(data, offset);
  if (start < stop) ranges.splice(first, last - first, start, stop);
  return true;
}

/** Index of the first range that reaches `offset` or beyond: it may touch what begins there. */
function firstRangeEndingAt(ranges: readonly number[], offset: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[2 * middle + 1] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

function repeats(buffer: Uint8Array, data: Uint8Array, offset: number, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (buffer[i] !== data[i - offset]) return false;
  return true;
}

function reserve(entry: Entry, length: number): void {
  if (entry.buffer.length >= length) return;
  const larger = new Uint8Array(Math.min(MAX_REASSEMBLED, Math.max(MIN_BUFFER, 2 * entry.buffer.length, length)));
  larger.set(entry.buffer);
  entry.buffer = larger;
}
