import { type PortTrend, portTrend } from '../diagnosis/port-trend.ts';
import type { Quantiles } from '../ports/distributions.ts';
import type { PortRange } from '../ports/ranges.ts';
import { judgeLeak, type LeakJudgement } from '../watch/judge.ts';
import type { PortSample } from '../watch/sample.ts';
import type { SystemSigns } from '../watch/system-signs.ts';

/** What `clusrpc watch --json` prints. Times are ms since 1970. */
export interface WatchReport extends LeakJudgement {
  readonly schema: 'clusrpc/watch/1';
  readonly pid: number;
  readonly ranges: readonly PortRange[] | null;
  readonly samples: readonly PortSample[];
  /** What the ports of RPC show, judged as a series of netstat is; null without a range. */
  readonly series: Omit<PortTrend, 'pool' | 'because' | 'samples' | 'spanMs'> | null;
  /** When an open first finds no port, in nine cases of ten between p05 and p95; null: no leak, or only sockets that pile up. */
  readonly exhaustedBetweenMs: Quantiles | null;
  /** Only where it was asked for. */
  readonly system?: SystemSigns | undefined;
}

export interface WatchSettings {
  readonly ranges?: readonly PortRange[] | undefined;
  /** ms */
  readonly recycleAfter?: number | undefined;
}

/**
 * Whether a process leaks. Two things do: sockets that pile up, whatever their ports; and inside the ports of RPC the defect of
 * KB814622, whose ports are not bound any more and never come back while others do. Only both together can say that there is none.
 */
export function watchReport(pid: number, samples: readonly PortSample[], settings: WatchSettings = {}): WatchReport {
  const { ranges, recycleAfter } = settings;
  const held = judgeLeak(samples, { ranges });
  const document = { schema: 'clusrpc/watch/1', pid, ranges: ranges ?? null, samples } as const;
  const first = samples[0]?.ms;
  if (ranges === undefined || first === undefined || held.verdict === 'cannot-tell') {
    return { ...document, ...held, series: null, exhaustedBetweenMs: null };
  }
  const {
    pool: _pool,
    because,
    samples: _samples,
    spanMs: _span,
    ...series
  } = portTrend(
    samples.map(({ ms, udp }) => ({ elapsedMs: ms - first, udpPorts: udp })),
    ranges,
    recycleAfter === undefined ? {} : { recycleAfter },
  );
  const { runsOutMs } = series;
  const verdict = held.verdict === 'leaking' || series.leak === 'yes' ? 'leaking' : SERIES_VERDICTS[series.leak];
  return {
    ...document,
    verdict,
    trends: held.trends,
    because: [...held.because, ...because],
    series,
    exhaustedAtMs: runsOutMs === null ? held.exhaustedAtMs : first + runsOutMs.p50,
    exhaustedBetweenMs:
      runsOutMs === null
        ? null
        : { p05: first + runsOutMs.p05, p50: first + runsOutMs.p50, p95: first + runsOutMs.p95 },
  };
}

const SERIES_VERDICTS = { yes: 'leaking', no: 'not-leaking', unknown: 'cannot-tell' } as const;
