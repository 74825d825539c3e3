import { seededRandom } from '../transport/random.ts';
import type { SoakSettings, TracedOpen } from './report.ts';

/** One open and close of the load. */
export interface PlannedCycle {
  /** ms from this open to the next one. */
  readonly gapMs: number;
  readonly holdMs: number;
  readonly fails: boolean;
}

/** The load, cycle by cycle; a trace begins anew when it is over. */
export function workload(settings: SoakSettings, trace: readonly TracedOpen[] | undefined): () => PlannedCycle {
  if (trace !== undefined) return replay(trace);
  const fails = failingCycles(settings);
  const gap = gaps(settings);
  const hold = holds(settings);
  return () => ({ fails: fails(), gapMs: gap(), holdMs: hold() });
}

/**
 * Which cycles fail: drawn once for each cycle in its turn, whether or not its open gets a port, so that the same seed
 * makes the same cycles fail on every machine.
 */
export function failingCycles({ seed, failureRate }: Pick<SoakSettings, 'seed' | 'failureRate'>): () => boolean {
  const random = seededRandom(seed);
  return () => random() < failureRate;
}

function gaps({ seed, everyMs, arrivals, burst }: SoakSettings): () => number {
  const random = seededRandom(seed + STREAMS.gaps);
  let opened = 0;
  switch (arrivals) {
    case 'constant':
      return () => everyMs;
    case 'poisson':
      return () => exponential(random, everyMs);
    case 'bursty':
      return () => (++opened % burst === 0 ? burst * everyMs : 0);
  }
}

function holds({ seed, holdMs, holds: scatter }: SoakSettings): () => number {
  const random = seededRandom(seed + STREAMS.holds);
  switch (scatter) {
    case 'constant':
      return () => holdMs;
    case 'uniform':
      return () => microseconds(2 * holdMs * random());
    case 'exponential':
      return () => exponential(random, holdMs);
  }
}

/** Added to the seed, so that the draws of one thing do not change those of another. */
const STREAMS = { gaps: 0x1_0000_0000, holds: 0x2_0000_0000 } as const;

function exponential(random: () => number, mean: number): number {
  return microseconds(-Math.log(1 - random()) * mean);
}

/** To whole microseconds, so that documents stay short. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function replay(trace: readonly TracedOpen[]): () => PlannedCycle {
  let next = 0;
  return () => {
    const { atMs, holdMs, fails } = trace[next] as TracedOpen;
    const after = trace[++next];
    if (after === undefined) next = 0;
    return { fails, holdMs, gapMs: after === undefined ? 0 : after.atMs - atMs };
  };
}
