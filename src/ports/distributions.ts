/** The 5, 50 and 95 per cent points of a distribution. */
export interface Quantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

export function quantilesOf(quantile: (q: number) => number): Quantiles {
  return { p05: quantile(0.05), p50: quantile(0.5), p95: quantile(0.95) };
}

/** The number of attempts until the `failures`-th failure, each failing with probability `p`: the smallest n with P(K <= n) >= q. */
export function attemptsUntilFailures(failures: number, p: number, q: number): number {
  if (failures <= 0) return 0;
  if (p >= 1) return failures;
  return smallest(failures, (n) => atLeast(failures, n, p) >= q);
}

/** How many of `attempts` fail: the smallest x with P(Bin(attempts, p) <= x) >= q. */
export function failuresAmong(attempts: number, p: number, q: number): number {
  if (attempts <= 0 || p <= 0) return 0;
  if (p >= 1) return attempts;
  return Math.min(
    attempts,
    smallest(0, (x) => 1 - atLeast(x + 1, attempts, p) >= q),
  );
}

/** In which round, counted from 0, and at which of its places, counted from 1. */
export interface Turn {
  readonly round: number;
  readonly place: number;
}

/**
 * `places` things take their turn one after another, round by round, and each fails for good with probability `p` a turn:
 * the turn in which the last one fails. P(at most (r, j)) = F(r)^j F(r - 1)^(places - j) with F(r) = 1 - (1 - p)^(r + 1).
 */
export function turnOfLastFailure(places: number, p: number, q: number): Turn {
  if (places <= 0) return { round: 0, place: 0 };
  if (p >= 1) return { round: 0, place: places };
  // 1 - q^(1/places) without losing its digits when there are many.
  const oneLeft = -Math.expm1(Math.log(q) / places);
  const round = Math.max(0, Math.ceil(Math.log(oneLeft) / Math.log1p(-p)) - 1);
  if (round === 0) return { round, place: places };
  const logShare = (rounds: number): number => Math.log(-Math.expm1(rounds * Math.log1p(-p)));
  const [here, before] = [logShare(round + 1), logShare(round)];
  const place = Math.ceil((Math.log(q) - places * before) / (here - before));
  return { round, place: Math.min(places, Math.max(1, place)) };
}

/**
 * How long `events` more of a steady random stream take, in units of the time that its last `seen` took (both at least 1): the ratio of
 * two Gamma times, t/(1 + t) ~ Beta(events, seen). The uncertainty of the rate and of what is to come are both in it.
 */
export function timeForMore(events: number, seen: number, q: number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (regularizedBeta(middle, events, seen) < q) low = middle;
    else high = middle;
  }
  return low / (1 - low);
}

/** The largest mean under which a Poisson count of 0 is seen with probability 1 - q: -ln(1 - q). */
export function mostUnseen(q: number): number {
  return -Math.log1p(-q);
}

/** Quantiles of the sum of two independent numbers from those of each, over a grid of equally likely points. */
export function quantilesOfSum(a: (q: number) => number, b: (q: number) => number): Quantiles {
  const points = 100;
  const grid = (quantile: (q: number) => number): number[] =>
    Array.from({ length: points }, (_, i) => quantile((i + 0.5) / points));
  const others = grid(b);
  const sums = Float64Array.from(grid(a).flatMap((x) => others.map((y) => x + y))).sort();
  return quantilesOf((q) => sums[Math.min(sums.length - 1, Math.floor(q * sums.length))] as number);
}

/** The share of opens that find all `servers` busy under a load of that many Erlang, with Poisson arrivals (Erlang's loss formula). */
export function erlangLoss(servers: number, load: number): number {
  if (load <= 0) return 0;
  let loss = 1;
  for (let n = 1; n <= servers; n++) loss = (load * loss) / (n + load * loss);
  return loss;
}

/** What befell two kinds of things that share their circumstances: how many of them there are, and to how many of these it happened. */
export interface Stratum {
  readonly marked: number;
  readonly markedHit: number;
  readonly others: number;
  readonly othersHit: number;
}

/** More marked things than these in all, and the normal distribution serves as well. */
const EXACT_UP_TO = 1_000;

/**
 * How probable it is that so few marked things are hit, or fewer, where the marks mean nothing: a stratified hypergeometric test, exact
 * but for large numbers, where it is an upper bound of the normal tail. 1 where nothing can be compared.
 */
export function fewerByChance(strata: readonly Stratum[]): number {
  const hit = strata.reduce((sum, { markedHit }) => sum + markedHit, 0);
  if (strata.reduce((sum, { marked }) => sum + marked, 0) > EXACT_UP_TO) return normalTail(strata, hit);
  let sums = new Float64Array(hit + 1);
  sums[0] = 1;
  for (const { marked, markedHit, others, othersHit } of strata) {
    const hits = markedHit + othersHit;
    const rest = marked + others - hits;
    const next = new Float64Array(hit + 1);
    const whole = logChoose(marked + others, marked);
    for (let x = Math.max(0, marked - rest); x <= Math.min(hits, marked, hit); x++) {
      const share = Math.exp(logChoose(hits, x) + logChoose(rest, marked - x) - whole);
      for (let at = hit; at >= x; at--) next[at] = (next[at] as number) + share * (sums[at - x] as number);
    }
    sums = next;
  }
  return Math.min(
    1,
    sums.reduce((sum, share) => sum + share, 0),
  );
}

/** Mills' bound of the lower tail, with half a unit for what is counted in whole numbers. */
function normalTail(strata: readonly Stratum[], hit: number): number {
  let mean = 0;
  let variance = 0;
  for (const { marked, markedHit, others, othersHit } of strata) {
    const [all, hits] = [marked + others, markedHit + othersHit];
    if (all < 2) continue;
    mean += (marked * hits) / all;
    variance += (marked * others * hits * (all - hits)) / (all * all * (all - 1));
  }
  const z = (mean - hit - 0.5) / Math.sqrt(variance);
  return z > 1 ? Math.exp((-z * z) / 2) / (z * Math.sqrt(2 * Math.PI)) : 1;
}

function logChoose(n: number, k: number): number {
  return k === 0 || k === n ? 0 : -Math.log(n + 1) - logBeta(k + 1, n - k + 1);
}

/** P(Bin(n, p) >= k). */
function atLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  return k > n ? 0 : regularizedBeta(p, k, n - k + 1);
}

/** The smallest whole number from `from` on for which `holds`, which never becomes false again. */
function smallest(from: number, holds: (n: number) => boolean): number {
  if (holds(from)) return from;
  let step = 1;
  while (!holds(from + step) && step < Number.MAX_SAFE_INTEGER / 4) step *= 2;
  let low = from + Math.floor(step / 2);
  let high = from + step;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** I_x(a, b) by its continued fraction (DLMF 8.17.22), on the side of the mean where that converges fast. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return (front / a) * betaFraction(x, a, b);
}

/** 1/(1 + d1/(1 + d2/(1 + …))), evaluated forwards (modified Lentz). */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 0;
  let value = 1;
  for (let i = 1; i < 100_000; i++) {
    const m = Math.floor(i / 2);
    const term =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + term * d);
    c = notZero(1 + term / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return 1 / value;
}

function notZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** ln B(a, b). The difference of two large ln Γ would lose every digit, so it is taken term by term. */
function logBeta(a: number, b: number): number {
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  if (high < STIRLING_FROM) return logGamma(low) + logGamma(high) - logGamma(low + high);
  const sum = low + high;
  const growth = low * Math.log(sum) + (high - 0.5) * Math.log1p(low / high) - low;
  return logGamma(low) - growth - stirlingRest(sum) + stirlingRest(high);
}

const STIRLING_FROM = 15;

/** ln Γ(x) for x > 0: Stirling's series after moving x up to where it is exact enough. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < STIRLING_FROM; z++) shift += Math.log(z);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + stirlingRest(z) - shift;
}

/** The series behind Stirling's formula (DLMF 5.11.1). */
function stirlingRest(z: number): number {
  const w = 1 / (z * z);
  return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
}
