import type { PortSample, PortSpan } from './sample.ts';
import { thinned } from './thinned.ts';
import { medianSlope, type Point, trendScore } from './trend.ts';

export interface JudgeSettings {
  /** The ports that RPC may use on that machine, where it is known. Without it only ports that stay open can be judged. */
  readonly ranges?: readonly PortSpan[] | undefined;
  /** Fewer samples than this decide nothing. 12: a trend over its later half of 6 can just be told from chance. */
  readonly minSamples?: number | undefined;
  /** Ports by which the later half must grow. 3: a program that opens one more connection now and then does not leak. */
  readonly minGrowth?: number | undefined;
  /** How sure the trend must be, in standard deviations. 2.33: wrong once in a hundred series that do not rise. */
  readonly minScore?: number | undefined;
}

/** One measure of a series of samples and its growth over the later half. */
export interface MeasuredTrend {
  readonly measure: 'held';
  readonly first: number;
  readonly last: number;
  readonly perHour: number;
  readonly score: number;
  readonly growing: boolean;
}

export interface LeakJudgement {
  readonly verdict: 'leaking' | 'not-leaking' | 'cannot-tell';
  readonly trends: readonly MeasuredTrend[];
  /** When the range is used up if it goes on like that, on the clock of the samples; null: not leaking, or no range. */
  readonly exhaustedAtMs: number | null;
  readonly because: readonly string[];
}

const MS_PER_HOUR = 3_600_000;
/** All pairs of points are compared, so a long series is thinned first. */
const MOST_POINTS = 400;

/**
 * Says whether the UDP ports that a process holds pile up, inside the RPC range where it is known. Only the later half of the series
 * is judged: every program grows while it warms up. A port of KB814622 is lost without being held: that is another judgement.
 */
export function judgeLeak(samples: readonly PortSample[], settings: JudgeSettings = {}): LeakJudgement {
  const { ranges, minSamples = 12, minGrowth = 3, minScore = 2.33 } = settings;
  const inRange = (port: number): boolean =>
    ranges === undefined || ranges.some(({ first, last }) => port >= first && port <= last);
  const last = samples.at(-1);
  if (last === undefined || samples.length < minSamples) {
    const because = [`${samples.length} samples are too few: at least ${minSamples} are needed`];
    return { verdict: 'cannot-tell', trends: [], exhaustedAtMs: null, because };
  }
  const held = trendOf(heldPoints(samples, inRange), minScore, minGrowth);
  return {
    verdict: held.growing ? 'leaking' : 'not-leaking',
    trends: [held],
    exhaustedAtMs: ranges === undefined || !held.growing ? null : exhaustion(held, ranges, last.ms),
    because: [sentence(held)],
  };
}

function trendOf(points: readonly Point[], minScore: number, minGrowth: number): MeasuredTrend {
  const later = thinned(points.slice(points.length >> 1), MOST_POINTS);
  const [first, end] = [later[0]?.y ?? 0, later.at(-1)?.y ?? 0];
  const perMs = medianSlope(later);
  const score = trendScore(later);
  const growing = perMs > 0 && score >= minScore && end - first >= minGrowth;
  return { measure: 'held', first: points[0]?.y ?? 0, last: end, perHour: perMs * MS_PER_HOUR, score, growing };
}

function heldPoints(samples: readonly PortSample[], inRange: (port: number) => boolean): readonly Point[] {
  return samples.map(({ ms, udp }) => ({ x: ms, y: udp.filter(inRange).length }));
}

function exhaustion({ last, perHour }: MeasuredTrend, ranges: readonly PortSpan[], nowMs: number): number {
  const size = ranges.reduce((sum, { first, last: end }) => sum + end - first + 1, 0);
  return nowMs + Math.max(0, ((size - last) / perHour) * MS_PER_HOUR);
}

function sentence({ first, last, perHour, growing }: MeasuredTrend): string {
  const how = growing ? `still growing by ${perHour.toFixed(1)} an hour` : 'no longer growing';
  return `UDP ports held: ${first} at first, ${last} at the end, ${how}`;
}
