import type { PortSample } from '../evidence/netstat-series.ts';
import { firstIndex, type PortHistory, type PortLife, type PortRun } from './port-history.ts';

/** What a series shows of ports that did not come back. */
export interface PortLosses {
  /** The last sample that saw each lost port bound, ascending. */
  readonly lostAt: readonly number[];
  /** Losses more than a round of all ports apart: as many programs would have had to fall silent, one after the other. */
  readonly apart: number;
  /** Of these, losses that ports of the same time outlived by such a round. */
  readonly outlived: number;
  /** Times, as far apart, at which a number was taken for the first time after a loss: what took the place of lost ones. */
  readonly replaced: number;
  /** Moments after which no port of before was taken again: where one program can have followed another. */
  readonly breaks: number;
  /** Rests during which another port was taken for the first time, so that it belonged to another program. */
  readonly crossed: number;
  /** The longest rest that a port came back from, on the clock of use. */
  readonly longestRest: number;
  /** The last sample in which a port was newly bound. */
  readonly lastBind: number;
}

/** A port rests for two rounds when an open on it failed and kept it. */
const ROUNDS = 2;
/** Opens; on the clock of use. */
const LEAST_USE = 3;

/**
 * Looks for lost ports. Every program takes the port that has rested for longest, and a port belongs to one program: while that goes on,
 * all its ports come back within a round, and when it falls silent it leaves all of them within one. So a port counts as lost when
 * others are taken for two of the longest rests that any port came back from.
 */
export function portLosses(history: PortHistory, samples: readonly PortSample[], recycleAfter: number): PortLosses {
  const { lives, clock, fresh } = history;
  const use = (i: number): number => clock[Math.min(i, clock.length - 1)] ?? 0;
  const rests = lives.flatMap(({ runs }) =>
    runs.slice(1).map((run, k) => ({ from: (runs[k] as PortRun).to + 1, to: run.from })),
  );
  const longestRest = rests.reduce((longest, { from, to }) => Math.max(longest, use(to) - use(from)), 0);
  const lastBind = lives.reduce((last, { runs }) => Math.max(last, lastRun(runs).from), 0);
  const lost = lives
    .filter(({ end }) => end + 1 < lastBind && use(samples.length) - use(end + 1) > ROUNDS * longestRest + LEAST_USE)
    .sort((a, b) => a.end - b.end);

  const cycle = openCycle(lives, samples, recycleAfter);
  const roundAfter = (i: number): number => use(cycle.endOf(i)) + ROUNDS * longestRest;
  const outlives = lastUseBefore(lives, use);
  const countApart = (ends: readonly number[]): number => {
    let count = 0;
    let until = Number.NEGATIVE_INFINITY;
    for (const end of ends) {
      if (use(end) <= until) continue;
      count += 1;
      until = roundAfter(end);
    }
    return count;
  };
  const lostAt = lost.map(({ end }) => end);
  return {
    lostAt,
    apart: countApart(lostAt),
    outlived: countApart(lostAt.filter((end) => outlives(end) > roundAfter(end))),
    replaced: countApart(fresh.filter((first) => first > (lostAt[0] ?? Number.POSITIVE_INFINITY))),
    breaks: countBreaks(lives, cycle.lastTaken),
    crossed: rests.filter(({ from, to }) => {
      const next = fresh[firstIndex(0, fresh.length, (k) => (fresh[k] as number) > from)];
      return next !== undefined && next < to;
    }).length,
    longestRest,
    lastBind,
  };
}

/** For a sample: until when, on the clock of use, ports that had shown before it were taken and taken again. */
function lastUseBefore(lives: readonly PortLife[], use: (i: number) => number): (sample: number) => number {
  const returning = lives.filter(({ runs }) => runs.length > 1).sort((a, b) => a.first - b.first);
  let latest = Number.NEGATIVE_INFINITY;
  const upTo = returning.map(({ runs }) => {
    latest = Math.max(latest, use(lastRun(runs).from));
    return latest;
  });
  return (sample) =>
    upTo[firstIndex(0, returning.length, (k) => (returning[k] as PortLife).first >= sample) - 1] ??
    Number.NEGATIVE_INFINITY;
}

function countBreaks(lives: readonly PortLife[], lastTaken: (run: PortRun) => number): number {
  let breaks = 0;
  let taken = -1;
  for (const { first, runs } of [...lives].sort((a, b) => a.first - b.first)) {
    if (taken >= 0 && first > taken) breaks += 1;
    taken = Math.max(taken, lastTaken(lastRun(runs)));
  }
  return breaks;
}

/**
 * How long one open keeps its port. Where most ports are bound for little more than `recycleAfter`, a longer run is several opens, one
 * straight after the other; else handles are held, for as long as nearly all runs last.
 */
function openCycle(
  lives: readonly PortLife[],
  samples: readonly PortSample[],
  recycleAfter: number,
): { readonly endOf: (sample: number) => number; readonly lastTaken: (run: PortRun) => number } {
  const ms = (i: number): number => (samples[i] as PortSample).elapsedMs;
  const lengths = lives
    .flatMap(({ runs }) => runs.filter(({ from, to }) => from > 0 && to < samples.length - 1))
    .map(({ from, to }) => ms(to + 1) - ms(from))
    .sort((a, b) => a - b);
  const share = (part: number): number => lengths[Math.floor(lengths.length * part)] ?? 0;
  const held = lives.some(({ runs }) => runs.length > 1) && share(0.25) > 1.5 * recycleAfter;
  const boundMs = held ? Math.max(recycleAfter, share(0.9)) : recycleAfter;
  return {
    endOf: (i) => firstIndex(i, samples.length - 1, (k) => ms(k) >= ms(i) + boundMs),
    lastTaken: ({ from, to }) => (held ? from : firstIndex(from, to, (k) => ms(k) > ms(to) - recycleAfter)),
  };
}

function lastRun(runs: readonly PortRun[]): PortRun {
  return runs.at(-1) as PortRun;
}
