import type { PortSample } from '../evidence/netstat-series.ts';
import { countPorts, type PortRange } from '../ports/ranges.ts';
import { type PortHistory, portHistory } from './port-history.ts';

/** ms from the first sample on; the range covers nine cases of ten. */
export interface Estimate {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

export interface PortTrend {
  /** Ports in the range that RPC may use. */
  readonly pool: number;
  readonly samples: number;
  readonly spanMs: number;
  /** Bound at the last sample, and at most. */
  readonly held: { readonly last: number; readonly peak: number };
  /** Port numbers that were bound at any time. */
  readonly everBound: number;
  /** Of these: given up for lost, since they were passed over for a new number or stay bound for good. */
  readonly lost: number;
  readonly leak: 'yes' | 'no' | 'unknown';
  /** null unless it leaks. */
  readonly lostPerDay: number | null;
  /** When the pool has no port left that was never taken; null unless it leaks. */
  readonly runsOutMs: Estimate | null;
  readonly because: readonly string[];
}

export interface PortTrendOptions {
  /** How long a port stays bound after CloseCluster, ms; 240 000 (KB814622) by default. */
  readonly recycleAfter?: number;
}

const DAY = 86_400_000;
/** Fewer lost ports than this can be a second program that went idle. */
const LEAST_LOST = 3;

/**
 * Does the series show the leak of KB814622, and when do the ports run out? A port that leaked is not bound any more, so that counting
 * bound ports shows nothing. Two things together show it: ports that are passed over, though a process takes its longest resting port
 * before it asks for a new one, and numbers that are bound for the first time again and again.
 */
export function portTrend(
  samples: readonly PortSample[],
  ranges: readonly PortRange[],
  options: PortTrendOptions = {},
): PortTrend {
  const { recycleAfter = 240_000 } = options;
  const history = portHistory(samples, ranges, recycleAfter);
  const last = history.at(-1) ?? { elapsedMs: 0, held: 0, everBound: 0, taken: 0, binds: 0, lost: 0, replaced: 0 };
  const pool = countPorts(ranges);
  const answer = (leak: PortTrend['leak'], ...because: readonly string[]): PortTrend => ({
    pool,
    samples: samples.length,
    spanMs: last.elapsedMs,
    held: { last: last.held, peak: history.reduce((peak, each) => Math.max(peak, each.held), 0) },
    everBound: last.everBound,
    lost: last.lost,
    leak,
    lostPerDay: null,
    runsOutMs: null,
    because,
  });
  if (last.elapsedMs < 4 * recycleAfter) {
    return answer(
      'unknown',
      `the series is shorter than ${(4 * recycleAfter) / 60_000} minutes, in which ports are recycled often enough`,
    );
  }
  if (mostlyRare(history, recycleAfter)) {
    return answer(
      'unknown',
      `the samples are ${recycleAfter / 1000} s and more apart: a port can come and go between them unseen`,
    );
  }
  if (last.binds === 0)
    return answer('unknown', 'no port of the range was bound while the samples were taken: nothing opened a cluster');
  const quiet = history.filter((each) => each.replaced === last.replaced);
  const quietMs = last.elapsedMs - (quiet[0] as PortHistory).elapsedMs;
  if (last.replaced === 0 || quietMs > last.elapsedMs / 2) {
    return answer(
      'no',
      `${last.everBound} ports serve again and again; for ${minutes(quietMs)} minutes none has taken the place of a lost one`,
    );
  }
  const growth = growthOf(history);
  if (last.lost < LEAST_LOST || growth === null) {
    return answer(
      'unknown',
      `${last.lost} ports did not come back, but that does not go on over the series: a program that went idle explains it too`,
    );
  }
  return {
    ...answer(
      'yes',
      `${last.lost} ports were given up: others were taken again before them`,
      `${growth.count} ports were taken for the first time in the last ${minutes(growth.overMs)} minutes, while ${last.held} are bound now`,
    ),
    lostPerDay: growth.perMs * DAY,
    runsOutMs: runsOut(pool - last.taken, last.elapsedMs, growth),
  };
}

function mostlyRare(history: readonly PortHistory[], recycleAfter: number): boolean {
  const rare = history.filter(
    (each, i) => i > 0 && each.elapsedMs - (history[i - 1] as PortHistory).elapsedMs >= recycleAfter,
  );
  return rare.length * 2 >= history.length;
}

function minutes(ms: number): number {
  return Math.round(ms / 60_000);
}

interface Growth {
  readonly count: number;
  readonly overMs: number;
  readonly perMs: number;
}

/** Numbers that took the place of lost ones, from the first on. Null when that does not go on in the later half. */
function growthOf(history: readonly PortHistory[]): Growth | null {
  const last = history.at(-1) as PortHistory;
  const from = history.find((each) => each.replaced > 0) as PortHistory;
  const middle = history.find((each) => each.elapsedMs >= (from.elapsedMs + last.elapsedMs) / 2) as PortHistory;
  const count = last.replaced - from.replaced;
  const overMs = last.elapsedMs - from.elapsedMs;
  if (count < LEAST_LOST || last.replaced === middle.replaced || last.lost === middle.lost) return null;
  return { count, overMs, perMs: (last.taken - from.taken) / overMs };
}

/** Losses come at random at a steady rate: both the rate and the time that is left are uncertain by the root of their counts. */
function runsOut(left: number, spanMs: number, { count, perMs }: Growth): Estimate {
  const ms = Math.max(0, left) / perMs;
  const relative = left <= 0 ? 0 : 1.645 * Math.sqrt(1 / left + 1 / count);
  return { p05: spanMs + ms * Math.max(0, 1 - relative), p50: spanMs + ms, p95: spanMs + ms * (1 + relative) };
}
