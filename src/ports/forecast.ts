import {
  attemptsUntilFailures,
  erlangLoss,
  failuresAmong,
  type Quantiles,
  quantilesOf,
  quantilesOfSum,
  turnOfLastFailure,
} from './distributions.ts';
import { type CheckedLoad, cannotBe, checkLoad, checkPool, type OpenLoad, type PortMachine } from './load.ts';
import { LARGEST_PORT, type PortRange } from './ranges.ts';

/** What the ports of one process will do. Times in ms from the first open on. */
export interface PortForecast {
  /** ⌈r(h + T)⌉: ports that are needed at once when nothing fails. With reuse `never` every open takes one more for good. */
  readonly steadyNeed: number;
  /** w: the ports that circulate when an open comes, without the one it takes. */
  readonly circulating: number;
  readonly capacity: PortCapacity;
  /** null: never, as long as this load goes on. */
  readonly firstRefusal: {
    readonly reason: 'stalled' | 'exhausted';
    /** `earliest`: a fixed machine above its capacity, where failed opens put the first refusal off by some time. */
    readonly bound: 'estimate' | 'earliest';
    /** The number of the first refused open, counted from 1. */
    readonly open: Quantiles;
    readonly ms: Quantiles;
  } | null;
  /** When no port can come back any more; null: never. */
  readonly exhaustionMs: Quantiles | null;
  /** The share of opens that a Poisson load finds without a port while nothing leaks; null for a constant one, which has a sharp limit. */
  readonly stallShare: number | null;
  /** In words, for people. */
  readonly remarks: readonly string[];
}

/** The highest rate that a pool carries for good while nothing leaks; 0 and null with reuse `never`. */
export interface PortCapacity {
  readonly sustainedOpensPerSecond: number;
  readonly everyMs: number | null;
}

/** N/(h + T). 100 ports carry 0.42 opens a second, 20 ports one each 12 s, when nothing is held. */
export function portCapacity(machine: PortMachine, holdMs = 0): PortCapacity {
  const { cycleMs } = checkLoad({ everyMs: 1, holdMs }, machine);
  const pool = checkPool(machine.pool);
  if (pool === 0 || machine.reuse === 'never') return { sustainedOpensPerSecond: 0, everyMs: null };
  return { sustainedOpensPerSecond: (pool * 1000) / cycleMs, everyMs: cycleMs / pool };
}

/**
 * When a process of that load first finds no port, and when it is exhausted: exact for opens at a constant distance, but
 * for the exhaustion, which is within a few per cent. Throws LocalMisuseError for numbers that cannot be.
 */
export function forecast(machine: PortMachine, load: OpenLoad): PortForecast {
  const pool = checkPool(machine.pool);
  const checked = checkLoad(load, machine);
  const { steadyNeed } = checked;
  const circulating = Math.max(0, steadyNeed - 1);
  const capacity = portCapacity(machine, load.holdMs);
  const poisson = load.arrivals === 'poisson';
  const common = {
    steadyNeed,
    circulating,
    capacity,
    stallShare: poisson ? erlangLoss(pool, checked.cycleMs / checked.everyMs) : null,
  };
  if (pool === 0 || machine.reuse === 'never') {
    const firstRefusal = usedUp(pool, checked);
    const remarks = [pool === 0 ? EMPTY : NEVER];
    return { ...common, firstRefusal, exhaustionMs: firstRefusal?.ms ?? null, stallShare: null, remarks };
  }
  const leaks = machine.onFailure !== 'retain' && checked.failedTakesPort && checked.failureRate > 0;
  const refusal = leaks ? leakingRefusal(pool, circulating, checked) : fixedRefusal(pool, checked);
  const exhaustionMs = leaks ? exhaustion(machine, pool, circulating, checked) : null;
  const remarks = [...(circulating >= pool ? [STALLS] : []), ...(poisson ? [POISSON] : [])];
  return { ...common, firstRefusal: refusal, exhaustionMs, remarks };
}

const NEVER =
  'Every open takes a port for good, so the process is exhausted after as many opens as the pool has ports.';
const EMPTY = 'There is no port at all, so no open can succeed.';
const STALLS = 'The program opens faster than ports recycle: it stalls on fixed machines too, and that passes.';
const POISSON =
  'Opens at random have no sharp limit: any load stalls now and then, and the times here are those of opens at a constant distance.';

/** Every open that takes a port takes it for good: the refused one comes after as many as there are ports. */
function usedUp(pool: number, load: CheckedLoad): PortForecast['firstRefusal'] {
  const { everyMs, failureRate, failedTakesPort } = load;
  const taking = failedTakesPort ? 1 : 1 - failureRate;
  if (pool > 0 && taking === 0) return null;
  const opens = quantilesOf((q) => (taking === 1 ? pool : attemptsUntilFailures(pool, taking, q)));
  return { reason: 'exhausted', bound: 'estimate', ...refusedAfter(opens, everyMs) };
}

/** The refused open is number 1 + w + K, K attempts until N - w have leaked; with w >= N the pool runs dry before a port comes back. */
function leakingRefusal(pool: number, w: number, { everyMs, failureRate }: CheckedLoad): PortForecast['firstRefusal'] {
  const opens = quantilesOf((q) => (w >= pool ? pool : w + attemptsUntilFailures(pool - w, failureRate, q)));
  const reason = w === 0 || failureRate === 1 ? 'exhausted' : 'stalled';
  return { reason, bound: 'estimate', ...refusedAfter(opens, everyMs) };
}

/** A failed open gives its port back, so there is no refusal before N opens have succeeded, and with p = 0 it is the next one. */
function fixedRefusal(pool: number, { steadyNeed, everyMs, failureRate }: CheckedLoad): PortForecast['firstRefusal'] {
  if (steadyNeed <= pool || failureRate === 1) return null;
  const opens = quantilesOf((q) => attemptsUntilFailures(pool, 1 - failureRate, q));
  const bound = failureRate === 0 ? 'estimate' : 'earliest';
  return { reason: 'stalled', bound, ...refusedAfter(opens, everyMs) };
}

function refusedAfter(opens: Quantiles, everyMs: number): { readonly open: Quantiles; readonly ms: Quantiles } {
  return { open: mapQuantiles(opens, (n) => n + 1), ms: mapQuantiles(opens, (n) => n * everyMs) };
}

/**
 * The N-th leak. When N - w have leaked, at open K, each later open takes the place that it keeps from then on: the j-th after
 * K comes again every round, (w + 1)/r, or h + T where opens wait for it, until it leaks too. K and the place and round of
 * the last one are independent.
 */
function exhaustion({ onExhaustion }: PortMachine, pool: number, w: number, load: CheckedLoad): Quantiles {
  const { everyMs, failureRate, failedMs, cycleMs } = load;
  const left = Math.min(w, pool);
  const roundMs = onExhaustion === 'hang' ? cycleMs : (w + 1) * everyMs;
  const first = (q: number): number => (w >= pool ? 0 : attemptsUntilFailures(pool - w, failureRate, q)) * everyMs;
  const rest = (q: number): number => {
    const { round, place } = turnOfLastFailure(left, failureRate, q);
    return place * everyMs + round * roundMs + failedMs;
  };
  return quantilesOfSum(first, rest);
}

/** The size of pool that a load asks for, and why. */
export interface NeededPool {
  readonly size: number;
  /** A range above the ephemeral ports of Windows 2000; null when there are not so many ports. */
  readonly range: PortRange | null;
}

/** KB154596 and KB217351 advise ports above 5000, where MaxUserPort ends by default. */
export const FIRST_ADVISED_PORT = 5001;

/**
 * The pool with which this load runs for `uptimeMs` without a refused open with probability `confidence` (0.95 by
 * default): w + the quantile of the leaks among the opens + 1, the article's workaround with a number on it.
 */
export function neededPool(
  machine: Omit<PortMachine, 'pool'>,
  load: OpenLoad,
  uptimeMs: number,
  confidence = 0.95,
): NeededPool {
  if (!(uptimeMs >= 0 && Number.isFinite(uptimeMs))) throw cannotBe('the uptime', uptimeMs);
  if (!(confidence > 0 && confidence < 1)) throw cannotBe('the confidence', confidence);
  const checked = checkLoad(load, machine);
  const opens = Math.floor(uptimeMs / checked.everyMs);
  if (machine.reuse === 'never') return advised(opens + 1);
  const w = Math.max(0, checked.steadyNeed - 1);
  const p = machine.onFailure === 'retain' || !checked.failedTakesPort ? 0 : checked.failureRate;
  return advised(Math.min(opens, w + failuresAmong(opens - w, p, confidence)) + 1);
}

function advised(size: number): NeededPool {
  const last = FIRST_ADVISED_PORT + size - 1;
  return { size, range: last <= LARGEST_PORT ? { first: FIRST_ADVISED_PORT, last } : null };
}

/** What a hang after some time says of a program on an unfixed machine. */
export type HangEstimate =
  | { readonly kind: 'leak'; readonly failureRate: number; readonly circulating: number; readonly message: string }
  | { readonly kind: 'stall'; readonly expectedMs: number; readonly circulating: number; readonly message: string }
  | { readonly kind: 'not-the-ports'; readonly opens: number; readonly message: string };

/**
 * The failure rate from "hangs after two days at one open each 10 s with 100 ports": p ≈ (N − w)/(rt − w). A load above
 * the capacity stalls at N/r, leak or not; a program that has made fewer opens than there are ports hangs for another reason.
 */
export function failureRateFromHang(machine: PortMachine, load: OpenLoad, hangsAfterMs: number): HangEstimate {
  if (!(hangsAfterMs > 0 && Number.isFinite(hangsAfterMs))) throw cannotBe('the time to the hang', hangsAfterMs);
  const pool = checkPool(machine.pool);
  const { everyMs, steadyNeed } = checkLoad({ ...load, failureRate: 0 }, machine);
  const w = Math.max(0, steadyNeed - 1);
  const opens = Math.floor(hangsAfterMs / everyMs);
  if (opens < pool) {
    return {
      kind: 'not-the-ports',
      opens,
      message: `${opens} opens cannot use up ${pool} ports: look for another reason.`,
    };
  }
  if (w >= pool) {
    const message = 'The program opens faster than ports recycle: a stall, not a leak. It comes on fixed machines too.';
    return { kind: 'stall', expectedMs: pool * everyMs, circulating: w, message };
  }
  const failureRate = (pool - w) / (opens - w);
  const message = `About one open in ${Math.max(1, Math.round(1 / failureRate))} fails and leaks its port.`;
  return { kind: 'leak', failureRate, circulating: w, message };
}

function mapQuantiles(quantiles: Quantiles, map: (value: number) => number): Quantiles {
  return { p05: map(quantiles.p05), p50: map(quantiles.p50), p95: map(quantiles.p95) };
}
