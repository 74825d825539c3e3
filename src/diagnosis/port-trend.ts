import type { PortSample } from '../evidence/netstat-series.ts';
import type { Quantiles } from '../ports/distributions.ts';
import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';
import { countPorts, type PortRange } from '../ports/ranges.ts';
import { type LeakVerdict, leakVerdict } from './leak-verdict.ts';
import { poolEnd } from './pool-end.ts';
import { portHistory } from './port-history.ts';
import { portLosses } from './port-losses.ts';

/** What a series of samples shows of the ports of RPC. */
export interface PortTrend extends Pick<LeakVerdict, 'leak' | 'because' | 'neededMs'> {
  /** Ports in the range that RPC may use. */
  readonly pool: number;
  readonly samples: number;
  readonly spanMs: number;
  /** Bound at the last sample, and at most. */
  readonly held: { readonly last: number; readonly peak: number };
  /** Port numbers that were bound at any time. */
  readonly everBound: number;
  /** Of these: given up for lost, since others were taken again and again before them. */
  readonly lost: number;
  /** null unless it leaks. */
  readonly lostPerDay: number | null;
  /**
   * When an open first finds no port, ms from the first sample on, in nine cases of ten between p05 and p95; within the series where the
   * ports are used up. null unless it leaks, and where several programs or sockets of others would make it a guess.
   */
  readonly runsOutMs: Quantiles | null;
}

export interface PortTrendOptions {
  /** How long a port stays bound after CloseCluster, ms; 240 000 (KB814622) by default. */
  readonly recycleAfter?: number;
}

const DAY = 86_400_000;

/**
 * Does the series show the leak of KB814622, and when do the ports run out? A port that leaked is not bound any more, so that counting
 * bound ports shows nothing. What shows it are ports that never come back while others do, again and again. netstat of Windows 2000
 * names no process: where several programs or sockets of others can explain what was seen, the answer is `unknown`.
 */
export function portTrend(
  samples: readonly PortSample[],
  ranges: readonly PortRange[],
  options: PortTrendOptions = {},
): PortTrend {
  const { recycleAfter = DEFAULT_RECYCLE_AFTER } = options;
  const pool = countPorts(ranges);
  const history = portHistory(samples, ranges, recycleAfter);
  const losses = portLosses(history, samples, recycleAfter);
  const end = poolEnd(history, losses, samples, ranges);
  const { leak, because, neededMs, alone } = leakVerdict({ pool, samples, recycleAfter, history, losses, end });
  const servers = history.servers.length;
  return {
    pool,
    samples: samples.length,
    spanMs: samples.at(-1)?.elapsedMs ?? 0,
    held: {
      last: (history.held.at(-1) ?? 0) + servers,
      peak: history.held.reduce((peak, held) => Math.max(peak, held), 0) + servers,
    },
    everBound: history.everBound,
    lost: losses.lostAt.length,
    leak,
    lostPerDay: leak === 'yes' ? end.perMs * DAY : null,
    runsOutMs: leak === 'yes' && alone ? end.ms : null,
    neededMs,
    because,
  };
}
