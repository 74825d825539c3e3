import type { PortSample } from '../evidence/netstat-series.ts';
import { LARGEST_PORT, type PortRange } from '../ports/ranges.ts';

/** Samples in a row in which a port was bound; indices of the first and the last of them. */
export interface PortRun {
  readonly from: number;
  readonly to: number;
}

/** One port of the range and when it was bound, in order. */
export interface PortLife {
  readonly port: number;
  readonly runs: readonly PortRun[];
  readonly first: number;
  /** The last sample that saw it bound. */
  readonly end: number;
}

export interface PortHistory {
  /** Ports that RPC took: each was bound for as long as a closed one stays bound, and came in the order of the broker; ascending. */
  readonly lives: readonly PortLife[];
  /** First appearances of numbers that the broker gave for the first time; ascending. */
  readonly fresh: readonly number[];
  /** Ports of sockets that do not follow the broker's order. */
  readonly strangers: number;
  /** Times that a port was bound too shortly for an open that succeeded, and came back later. A leaked one does not. */
  readonly returnedAfterBrief: number;
  /** Port numbers of the range that were bound at any time, for however long. */
  readonly everBound: number;
  /** Bound in every sample: a server's. */
  readonly servers: readonly number[];
  /** Of the range, at each sample. */
  readonly held: readonly number[];
  /** How much the ports were used up to each sample: the bound ports, added up over time, in recycle times. Stands still while nothing is bound. */
  readonly clock: readonly number[];
}

/**
 * Sorts out what was bound in the range. CloseCluster leaves a port bound for `recycleAfter` ms (KB814622), so a shorter time is a
 * failed open or a socket of somebody else. The broker gives the lowest free port, so the first appearances of its ports rise.
 */
export function portHistory(
  samples: readonly PortSample[],
  ranges: readonly PortRange[],
  recycleAfter: number,
): PortHistory {
  const seen = [...runsOf(samples, ranges)].map(([port, runs]) => ({ port, runs }));
  const isServer = ({ runs }: { readonly runs: readonly PortRun[] }): boolean =>
    runs.length === 1 && runs[0]?.from === 0 && runs[0].to === samples.length - 1;
  const long = (run: PortRun): boolean => boundAtMost(samples, run) >= recycleAfter;
  const others = seen.filter((each) => !isServer(each));
  const lives = others.flatMap(({ port, runs }) => {
    const kept = runs.filter(long);
    const [first, end] = [kept[0], kept.at(-1)];
    return first === undefined || end === undefined ? [] : [{ port, runs: kept, first: first.from, end: end.to }];
  });
  const { ordered, fresh, strangers } = brokerOrder(lives, firstReturn(lives, samples, recycleAfter));
  const held = heldAt(lives, samples.length);
  return {
    lives: ordered,
    fresh,
    strangers,
    returnedAfterBrief: others.reduce((sum, { runs }) => sum + runs.slice(0, -1).filter((run) => !long(run)).length, 0),
    everBound: seen.length,
    servers: seen.filter(isServer).map(({ port }) => port),
    held,
    clock: useClock(samples, held, recycleAfter),
  };
}

function runsOf(samples: readonly PortSample[], ranges: readonly PortRange[]): ReadonlyMap<number, PortRun[]> {
  const inRange = new Uint8Array(LARGEST_PORT + 1);
  for (const { first, last } of ranges) inRange.fill(1, first, last + 1);
  const runs = new Map<number, PortRun[]>();
  samples.forEach(({ udpPorts }, i) => {
    for (const port of udpPorts) {
      if (inRange[port] !== 1) continue;
      const list = runs.get(port);
      const last = list?.at(-1);
      if (list === undefined) runs.set(port, [{ from: i, to: i }]);
      else if (last?.to === i - 1) list[list.length - 1] = { from: last.from, to: i };
      else list.push({ from: i, to: i });
    }
  });
  return runs;
}

/** ms from the last sample before to the first one after; without end for a run that the series cuts off. */
function boundAtMost(samples: readonly PortSample[], { from, to }: PortRun): number {
  const before = samples[from - 1]?.elapsedMs ?? Number.NEGATIVE_INFINITY;
  const after = samples[to + 1]?.elapsedMs ?? Number.POSITIVE_INFINITY;
  return after - before;
}

/**
 * From which sample on a number that shows for the first time is new: from the first return of a port that was seen before, since a
 * process takes all its resting ports before. A port that stays bound for two recycle times has been taken anew in between.
 */
function firstReturn(lives: readonly PortLife[], samples: readonly PortSample[], recycleAfter: number): number {
  const ms = (i: number): number => (samples[i] as PortSample).elapsedMs;
  let first = Number.POSITIVE_INFINITY;
  for (const { runs } of lives) {
    first = Math.min(first, runs[1]?.from ?? Number.POSITIVE_INFINITY);
    for (const { from, to } of runs) {
      if (from === 0 || ms(to) - ms(from) < 2 * recycleAfter) continue;
      first = Math.min(
        first,
        firstIndex(from, to, (i) => ms(i) >= ms(from) + 2 * recycleAfter),
      );
    }
  }
  return first;
}

/** The longest series of rising numbers; a new number out of it was not given by the broker. Those that may have rested when the series began have no order. */
function brokerOrder(
  lives: readonly PortLife[],
  newFrom: number,
): { readonly ordered: readonly PortLife[]; readonly fresh: readonly number[]; readonly strangers: number } {
  const turn = ({ first }: PortLife): number => (first < newFrom ? -1 : first);
  const sorted = [...lives].sort((a, b) => turn(a) - turn(b) || a.port - b.port);
  const ends: number[] = [];
  const before = sorted.map(({ port }, i) => {
    const at = firstIndex(0, ends.length, (k) => (sorted[ends[k] as number] as PortLife).port >= port);
    ends[at] = i;
    return at === 0 ? -1 : (ends[at - 1] as number);
  });
  const inOrder = new Set<PortLife>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] as number) inOrder.add(sorted[i] as PortLife);
  const isNew = (life: PortLife): boolean => life.first >= newFrom;
  return {
    ordered: sorted.filter((life) => inOrder.has(life)),
    fresh: sorted.filter((life) => inOrder.has(life) && isNew(life)).map(({ first }) => first),
    strangers: sorted.filter((life) => !inOrder.has(life) && isNew(life)).length,
  };
}

function heldAt(lives: readonly PortLife[], length: number): readonly number[] {
  const change = new Int32Array(length + 1);
  for (const { runs } of lives) {
    for (const { from, to } of runs) {
      change[from] = (change[from] as number) + 1;
      change[to + 1] = (change[to + 1] as number) - 1;
    }
  }
  let held = 0;
  return Array.from({ length }, (_, i) => {
    held += change[i] as number;
    return held;
  });
}

function useClock(samples: readonly PortSample[], held: readonly number[], recycleAfter: number): readonly number[] {
  let used = 0;
  return samples.map(({ elapsedMs }, i) => {
    const gap = elapsedMs - (samples[i - 1]?.elapsedMs ?? elapsedMs);
    used += ((held[i - 1] ?? 0) * Math.min(gap, recycleAfter)) / recycleAfter;
    return used;
  });
}

/** The first index from `low` up to `high` for which `holds`, which never becomes false again; `high` when none is. */
export function firstIndex(low: number, high: number, holds: (i: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
