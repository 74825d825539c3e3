import { forecast } from '../ports/forecast.ts';
import type { HostPortsWatch, WatchedUse } from './host-ports-watch.ts';
import type { ExplainSettings } from './limits.ts';
import { judgePorts } from './port-judgement.ts';
import type { HostForecast, HostPorts, PortOutcome, PortUse, PortVerdict } from './types.ts';

export interface HostPortsOptions {
  readonly settings: ExplainSettings;
  /** Ports in the pool of these hosts, where somebody knows. */
  readonly pool: number | undefined;
  /** What times count from, ms since 1970. */
  readonly baseMs: number;
}

/** What the ports of a host tell, in words and numbers. */
export function hostPorts(watch: HostPortsWatch, options: HostPortsOptions): HostPorts {
  const { counts } = watch;
  const { verdict, because } = judgePorts(watch, options.settings);
  return {
    host: watch.host,
    opens: counts.opens,
    closed: counts.closed,
    failed: counts.failed,
    distinctPorts: watch.distinctPorts,
    range: { first: watch.lowest, last: watch.highest },
    reused: { afterFailure: counts.reusedAfterFailure, afterClose: counts.reusedAfterClose },
    fresh: { pastFailed: counts.freshPastFailed, pastClosed: counts.freshPastClosed },
    abandoned: watch.abandoned.size,
    missing: watch.missing,
    processes: watch.processes.size,
    verdict,
    because,
    forecast: forecastOf(watch, verdict, options),
    uses: watch.uses.list().map((use) => useView(use, options.baseMs)),
    growth: watch.growth.list().map((point) => ({ ...point, ms: point.ms - options.baseMs })),
  };
}

/** The load as it was seen, on the machine as it was judged. Null where no rate can be told. */
function forecastOf(
  watch: HostPortsWatch,
  verdict: PortVerdict,
  { settings, pool }: HostPortsOptions,
): HostForecast | null {
  const { counts, firstMs, lastMs, lowest, highest } = watch;
  const leaks = verdict === 'leak';
  const span = highest - lowest + 1;
  const everyMs = (lastMs - firstMs) / (counts.opens - 1);
  if (!(everyMs > 0 && Number.isFinite(everyMs))) return null;
  const size = poolOf(pool, span, settings.assumedPool);
  const holdMs = counts.closed === 0 ? 0 : Math.max(0, counts.heldMs / counts.closed);
  const failureRate = counts.failed / counts.opens;
  const machine = {
    pool: size.size,
    recycleAfter: settings.recycleAfterMs,
    onFailure: leaks ? 'leak' : 'retain',
    reuse: verdict === 'never-reused' ? 'never' : 'by-process',
  } as const;
  const { steadyNeed, firstRefusal, exhaustionMs, remarks } = forecast(machine, { everyMs, holdMs, failureRate });
  return {
    pool: size,
    everyMs,
    holdMs,
    failureRate,
    steadyNeed,
    firstRefusal: firstRefusal === null ? null : { reason: firstRefusal.reason, ms: firstRefusal.ms },
    exhaustionMs,
    remarks,
  };
}

/** Never fewer than the ports that were seen lie apart, but for a pool that somebody gave. */
function poolOf(given: number | undefined, span: number, assumed: number): HostForecast['pool'] {
  if (given !== undefined) return { size: given, basis: 'given' };
  return span > assumed ? { size: span, basis: 'seen' } : { size: assumed, basis: 'assumed' };
}

const OUTCOMES: Readonly<Record<WatchedUse['state'], PortOutcome>> = {
  mapping: 'open',
  mapped: 'mapped',
  opening: 'open',
  open: 'open',
  closed: 'closed',
  failed: 'failed',
};

function useView({ port, startMs, endMs, state }: WatchedUse, baseMs: number): PortUse {
  return { port, ms: startMs - baseMs, endMs: endMs - baseMs, outcome: OUTCOMES[state] };
}
