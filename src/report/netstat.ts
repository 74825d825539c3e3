import { utcText } from '../bytes/utc-text.ts';
import type { PortTrend } from '../diagnosis/port-trend.ts';
import type { Quantiles } from '../ports/distributions.ts';
import { countPorts, formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { countText, durationText, numberText } from './text/figures.ts';
import { printable } from './text/printable.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

/** What `clusrpc watch --netstat --json` prints. Times in ms from the first sample on. */
export interface NetstatReport extends Omit<PortTrend, 'pool'> {
  readonly schema: 'clusrpc/netstat/1';
  readonly files: readonly string[];
  readonly ports: { readonly ranges: readonly PortRange[]; readonly size: number };
  /** By the clock of that machine, in its own time zone; null where the date of the last sample is not certain. */
  readonly runsOutLocal: { readonly p05: string; readonly p50: string; readonly p95: string } | null;
  readonly warnings: readonly string[];
}

export interface NetstatReportInput {
  readonly files: readonly string[];
  readonly ranges: readonly PortRange[];
  readonly trend: PortTrend;
  /** The clock of that machine at the last sample, as if it were UTC; null: not known. */
  readonly lastLocalMs: number | null;
  readonly warnings: readonly string[];
}

export function netstatReport({ files, ranges, trend, lastLocalMs, warnings }: NetstatReportInput): NetstatReport {
  const { pool: _pool, ...rest } = trend;
  return {
    schema: 'clusrpc/netstat/1',
    files,
    ports: { ranges, size: countPorts(ranges) },
    ...rest,
    runsOutLocal:
      lastLocalMs === null || trend.runsOutMs === null ? null : onCalendar(trend.runsOutMs, lastLocalMs - trend.spanMs),
    warnings,
  };
}

export function netstatText(report: NetstatReport, style: Style = PLAIN): string {
  const { ports, held, everBound, lost, leak, neededMs, runsOutMs, runsOutLocal, lostPerDay, spanMs } = report;
  const paint = { yes: style.red, no: style.green, unknown: style.yellow }[leak];
  const rows: Row[] = [
    ['Series', ...report.files.map(printable), `${countText(report.samples, 'sample')} over ${durationText(spanMs)}`],
    ['Ports', `${formatPortRanges(ports.ranges)}: ${countText(ports.size, 'port')}`],
    ['Bound', `${held.last} now, ${held.peak} at most, ${everBound} different ones, ${lost} of them given up`],
    ['Leak', paint(leak === 'yes' ? 'yes: ports are lost for the life of their process (KB814622)' : leak)],
    ['Because', ...report.because],
    ['Warnings', ...report.warnings.map(printable)],
  ];
  if (neededMs !== null) {
    const samples = `clusrpc collector --samples ${Math.ceil(neededMs / 60_000)} --every 60s`;
    rows.push(['Advice', `Sample for ${durationText(neededMs)}: \`${samples}\`.`]);
  }
  if (lostPerDay !== null) {
    const date =
      runsOutLocal === null ? [] : [`${runsOutLocal.p50.slice(0, 16).replace('T', ' ')} by the clock of that machine`];
    rows.push([
      'Runs out',
      ...runsOutText(runsOutMs, spanMs),
      ...date,
      `${numberText(lostPerDay)} ports are lost a day`,
    ]);
    rows.push(['Advice', `${runsOutMs !== null && runsOutMs.p95 <= spanMs ? AT_THE_END : BEFORE} ${AUDIT}`]);
  }
  return rowsText(rows, style.bold);
}

const BEFORE = 'Restart the program before that time: the end of its process gives all ports back.';
const AT_THE_END = 'Restart the program now: the end of its process gives all ports back.';
const AUDIT = '`clusrpc audit` says whether the correction is installed.';

function runsOutText(runsOutMs: Quantiles | null, spanMs: number): readonly string[] {
  if (runsOutMs === null) return ['no date: other programs and sockets in the range make it a guess'];
  if (runsOutMs.p95 <= spanMs)
    return [`the ports are used up, since ${durationText(runsOutMs.p50)} after the first sample`];
  return [
    `${durationText(runsOutMs.p50)} after the first sample (${durationText(runsOutMs.p05)} to ${durationText(runsOutMs.p95)})`,
  ];
}

function onCalendar({ p05, p50, p95 }: Quantiles, startMs: number): NetstatReport['runsOutLocal'] {
  const [a, b, c] = [p05, p50, p95].map((ms) => utcText(Math.round(startMs + ms))?.replace(/Z$/, ''));
  return a && b && c ? { p05: a, p50: b, p95: c } : null;
}
