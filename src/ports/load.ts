import type { LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { DEFAULT_RECYCLE_AFTER, type OnFailure, type PortReuse } from './profiles.ts';

/** How one process opens clusters; all times in ms. */
export interface OpenLoad {
  /** The time between two opens. */
  readonly everyMs: number;
  /** From open to close; 0 by default. */
  readonly holdMs?: number;
  /** Probability that an open fails in a way that leaks on an unfixed runtime; 0 by default. */
  readonly failureRate?: number;
  /** How long a failing open takes; 0 by default. */
  readonly failedMs?: number;
  /** false: it fails before it has asked for a port, and leaks nothing. Default true. */
  readonly failedTakesPort?: boolean;
  /** `constant` by default: one open each `everyMs`. `poisson`: at random, as many on average. */
  readonly arrivals?: 'constant' | 'poisson';
}

/** The client machine of a forecast. */
export interface PortMachine {
  /** Ports in the pool. */
  readonly pool: number;
  /** 240 000 by default. */
  readonly recycleAfter?: number;
  /** `leak` by default. */
  readonly onFailure?: OnFailure;
  /** `by-process` by default. */
  readonly reuse?: PortReuse;
  /** An open without a port is over (`fail`, by default), or waits for one. */
  readonly onExhaustion?: 'fail' | 'hang';
}

export interface CheckedLoad {
  readonly everyMs: number;
  readonly failureRate: number;
  readonly failedMs: number;
  readonly failedTakesPort: boolean;
  /** w + 1: ⌈r(h + T)⌉, with r·p·d more on a fixed machine, where a failing open holds a port beside the others for d. */
  readonly steadyNeed: number;
  /** ms of one round of a port from open to recycled. */
  readonly cycleMs: number;
}

/** Checks the numbers; throws LocalMisuseError with code ERR_CLUSRPC_INVALID_OPTION for one that cannot be. */
export function checkLoad(load: OpenLoad, machine: Omit<PortMachine, 'pool'>): CheckedLoad {
  const { recycleAfter = DEFAULT_RECYCLE_AFTER, onFailure = 'leak' } = machine;
  const { everyMs, holdMs = 0, failureRate = 0, failedMs = 0, failedTakesPort = true } = load;
  if (!(everyMs > 0 && Number.isFinite(everyMs))) throw cannotBe('the time between opens', everyMs);
  for (const [what, ms] of Object.entries({
    'the hold time': holdMs,
    'the time of a failed open': failedMs,
    'the recycle time': recycleAfter,
  })) {
    if (!(ms >= 0 && Number.isFinite(ms))) throw cannotBe(what, ms);
  }
  if (!(failureRate >= 0 && failureRate <= 1)) throw cannotBe('the failure rate', failureRate);
  const cycleMs = holdMs + recycleAfter;
  // What leaks is gone from the start, so on an unfixed machine it does not matter how long the failing took.
  const failing = onFailure === 'retain' ? failureRate * failedMs : 0;
  return {
    everyMs,
    failureRate,
    failedMs,
    failedTakesPort,
    cycleMs,
    steadyNeed: ceiling((cycleMs + failing) / everyMs),
  };
}

export function checkPool(pool: number): number {
  if (!(Number.isInteger(pool) && pool >= 0 && pool <= 65_536)) throw cannotBe('the number of ports', pool);
  return pool;
}

export function cannotBe(what: string, value: number): LocalMisuseError {
  return invalidOption(`${what} cannot be ${value}`);
}

/** A whole number is not lifted to the next by a rounding error. */
function ceiling(demand: number): number {
  const nearest = Math.round(demand);
  return Math.abs(demand - nearest) < 1e-9 * Math.max(1, nearest) ? nearest : Math.ceil(demand);
}
