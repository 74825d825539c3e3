import { utcText } from '../bytes/utc-text.ts';
import type { Estimate, PortTrend } from '../diagnosis/port-trend.ts';
import { countPorts, formatPortRanges, type PortRange } from '../ports/ranges.ts';
import type { NagiosState } from './nagios.ts';
import { countText, durationText, numberText } from './text/figures.ts';
import { printable } from './text/printable.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

/** What `clusrpc watch --netstat --json` prints. Times in ms from the first sample on. */
export interface NetstatReport extends Omit<PortTrend, 'pool'> {
  readonly schema: 'clusrpc/netstat/1';
  readonly files: readonly string[];
  readonly ports: { readonly ranges: readonly PortRange[]; readonly size: number };
  /** On the calendar, where the time of the last sample is known. */
  readonly runsOutUtc: { readonly p05: string; readonly p50: string; readonly p95: string } | null;
  readonly warnings: readonly string[];
}

export interface NetstatReportInput {
  readonly files: readonly string[];
  readonly ranges: readonly PortRange[];
  readonly trend: PortTrend;
  /** ms since 1970 of the last sample; null: not known. */
  readonly lastSampleMs: number | null;
  readonly warnings: readonly string[];
}

export function netstatReport({ files, ranges, trend, lastSampleMs, warnings }: NetstatReportInput): NetstatReport {
  const { pool: _pool, ...rest } = trend;
  return {
    schema: 'clusrpc/netstat/1',
    files,
    ports: { ranges, size: countPorts(ranges) },
    ...rest,
    runsOutUtc:
      lastSampleMs === null || trend.runsOutMs === null
        ? null
        : onCalendar(trend.runsOutMs, lastSampleMs - trend.spanMs),
    warnings,
  };
}

export function netstatText(report: NetstatReport, style: Style = PLAIN): string {
  const { ports, held, everBound, lost, leak, runsOutMs, runsOutUtc, lostPerDay, spanMs } = report;
  const paint = { yes: style.red, no: style.green, unknown: style.yellow }[leak];
  const rows: Row[] = [
    ['Series', ...report.files.map(printable), `${countText(report.samples, 'sample')} over ${durationText(spanMs)}`],
    ['Ports', `${formatPortRanges(ports.ranges)}: ${countText(ports.size, 'port')}`],
    ['Bound', `${held.last} now, ${held.peak} at most, ${everBound} different ones, ${lost} of them given up`],
    ['Leak', paint(leak === 'yes' ? 'yes: ports are lost for the life of their process (KB814622)' : leak)],
    ['Because', ...report.because],
    ['Warnings', ...report.warnings.map(printable)],
  ];
  if (runsOutMs !== null && lostPerDay !== null) {
    const after = `${durationText(runsOutMs.p50)} after the first sample (${durationText(runsOutMs.p05)} to ${durationText(runsOutMs.p95)})`;
    const date = runsOutUtc === null ? [] : [`${runsOutUtc.p50.slice(0, 16).replace('T', ' ')} UTC`];
    rows.push(['Runs out', after, ...date, `${numberText(lostPerDay)} ports are lost a day`]);
    rows.push([
      'Advice',
      'Restart the program before that time: the end of its process gives all ports back. `clusrpc audit` says whether the correction is installed.',
    ]);
  }
  return rowsText(rows, style.bold);
}

export function netstatNagios({ leak, lost, everBound, ports, runsOutMs, spanMs }: NetstatReport): {
  readonly state: NagiosState;
  readonly line: string;
} {
  const state: NagiosState = leak === 'yes' ? 'CRITICAL' : leak === 'no' ? 'OK' : 'UNKNOWN';
  const text =
    runsOutMs === null
      ? `leak: ${leak}`
      : `ports leak, none is left in ${durationText(Math.max(0, runsOutMs.p50 - spanMs))}`;
  return {
    state,
    line: `CLUSRPC ${state} - ${text} | lost=${lost};;;0;${ports.size} bound=${everBound};;;0;${ports.size}`,
  };
}

function onCalendar({ p05, p50, p95 }: Estimate, startMs: number): NetstatReport['runsOutUtc'] {
  const [a, b, c] = [p05, p50, p95].map((ms) => utcText(Math.round(startMs + ms)));
  return a && b && c ? { p05: a, p50: b, p95: c } : null;
}
