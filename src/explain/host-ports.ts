import { type ForecastBasis, hostForecast } from './host-forecast.ts';
import type { HostPortsWatch, WatchedUse } from './host-ports-watch.ts';
import { judgePorts } from './port-judgement.ts';
import type { HostPorts, PortOutcome, PortUse } from './port-types.ts';

export interface HostPortsOptions extends ForecastBasis {
  /** What times count from, ms since 1970. */
  readonly baseMs: number;
}

/** What the ports of a host tell, in words and numbers. */
export function hostPorts(watch: HostPortsWatch, options: HostPortsOptions): HostPorts {
  const { counts, usedUpMs } = watch;
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
    usedUpMs: verdict === 'leak' && usedUpMs !== null ? usedUpMs - options.baseMs : null,
    forecast: hostForecast(watch, verdict, options),
    uses: watch.uses.list().map((use) => useView(use, options.baseMs)),
    growth: watch.growth.list().map((point) => ({ ...point, ms: point.ms - options.baseMs })),
  };
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
