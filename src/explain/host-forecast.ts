import { type Quantiles, timeForMore } from '../ports/distributions.ts';
import { forecast } from '../ports/forecast.ts';
import type { HostPortsWatch } from './host-ports-watch.ts';
import type { ExplainSettings } from './limits.ts';
import type { HostForecast, PortVerdict } from './port-types.ts';

export interface ForecastBasis {
  readonly settings: ExplainSettings;
  /** Ports in the pool of these hosts, where somebody knows. */
  readonly pool: number | undefined;
  /** Somebody knows the recycle time. */
  readonly knowsRecycleTime: boolean;
}

/** Losses that come in bursts have no rate: their variance, over stretches of the capture, is so many times their mean. */
const BURSTS = 1.5;

/** The most that are needed at once differ from capture to capture, either way, by so many times the root of those that circulate. */
const BURST = 3;

/**
 * The load as it was seen, on the machine as it was judged. Null where the machine is not known, where no rate can be told, and
 * where what the capture shows contradicts what was assumed.
 */
export function hostForecast(watch: HostPortsWatch, verdict: PortVerdict, basis: ForecastBasis): HostForecast | null {
  const { counts, firstMs, lastMs, usedUpMs } = watch;
  const spanMs = lastMs - firstMs;
  const everyMs = spanMs / (counts.opens - 1);
  if (verdict === 'unclear' || watch.outside > 0 || usedUpMs !== null) return null;
  if (!(everyMs > 0 && Number.isFinite(everyMs))) return null;
  const pool = poolOf(watch, basis);
  const recycle = recycleTimeOf(watch, basis);
  const leaks = verdict === 'leak';
  const holdMs = counts.closed === 0 ? 0 : Math.max(0, counts.heldMs / counts.closed);
  const failureRate = counts.failed / counts.opens;
  const machine = {
    pool: pool.size,
    recycleAfter: recycle.ms,
    onFailure: leaks ? 'leak' : 'retain',
    reuse: verdict === 'never-reused' ? 'never' : 'by-process',
  } as const;
  const model = forecast(machine, { everyMs, holdMs, failureRate });
  const { steadyNeed, remarks } = model;
  const refusalMs = leaks ? refusalOfLeak(watch, pool.size, steadyNeed) : (model.firstRefusal?.ms ?? null);
  if (leaks && refusalMs === null) return null;
  if (refusalMs !== null && refusalMs.p95 <= spanMs) return null;
  return {
    pool,
    recycle,
    everyMs,
    holdMs,
    failureRate,
    steadyNeed,
    firstRefusal: refusalMs === null ? null : { reason: model.firstRefusal?.reason ?? 'stalled', ms: refusalMs },
    exhaustionMs: leaks && refusalMs !== null ? later(refusalMs, model) : model.exhaustionMs,
    remarks,
  };
}

/** Each lost port makes room for a fresh one, until there is none: losses at the rate that was seen, uncertain as it is. */
function refusalOfLeak(watch: HostPortsWatch, pool: number, steadyNeed: number): Quantiles | null {
  const { distinctPorts, abandoned, firstMs, lastMs, returns } = watch;
  const left = pool - distinctPorts;
  if (left <= 0 || abandoned.size === 0 || returns.burstiness(lastMs) > BURSTS) return null;
  const circulating = distinctPorts - abandoned.size;
  // Ports that circulate beyond need put the end off; opens that come close to each other, as in a burst, need more and bring it near.
  const spare = Math.max(0, circulating - steadyNeed);
  const burst = BURST * Math.sqrt(circulating);
  const spanMs = lastMs - firstMs;
  const after = (losses: number, q: number): number =>
    spanMs + spanMs * timeForMore(Math.max(1, Math.round(left + 1 + losses)), abandoned.size, q);
  return { p05: after(-burst, 0.05), p50: after((spare - burst) / 2, 0.5), p95: after(spare + burst, 0.95) };
}

function later(refusalMs: Quantiles, { firstRefusal, exhaustionMs }: ReturnType<typeof forecast>): Quantiles | null {
  if (exhaustionMs === null || firstRefusal === null) return null;
  const moreMs = Math.max(0, exhaustionMs.p50 - firstRefusal.ms.p50);
  return { p05: refusalMs.p05 + moreMs, p50: refusalMs.p50 + moreMs, p95: refusalMs.p95 + moreMs };
}

/** Never fewer than the ports that were seen lie apart, but for a pool that somebody gave. */
function poolOf({ lowest, highest }: HostPortsWatch, { pool, settings }: ForecastBasis): HostForecast['pool'] {
  if (pool !== undefined) return { size: pool, basis: 'given' };
  const span = highest - lowest + 1;
  return span > settings.assumedPool ? { size: span, basis: 'seen' } : { size: settings.assumedPool, basis: 'assumed' };
}

/** A port that comes back earlier says that the recycle time is shorter, whatever was given. */
function recycleTimeOf(watch: HostPortsWatch, { settings, knowsRecycleTime }: ForecastBasis): HostForecast['recycle'] {
  const usualMs = watch.returns.usualMs('closed');
  const { recycleAfterMs } = settings;
  if (usualMs !== null && usualMs < recycleAfterMs) return { ms: usualMs, basis: 'seen' };
  return { ms: recycleAfterMs, basis: knowsRecycleTime ? 'given' : 'assumed' };
}
