import { CLIENT_PROFILES } from '../ports/profiles.ts';
import type { ForecastQuantiles, SoakReport } from '../soak/report.ts';
import { type ChartOptions, soakChart } from './soak-chart.ts';
import { counted, durationText, loadText, verdictText } from './soak-words.ts';

/** A soak for people. */
export function soakText(report: SoakReport, chart: ChartOptions = {}): string {
  const rows = [...settingRows(report), ...resultRows(report)];
  const wide = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, text]) => `  ${name.padEnd(wide)}  ${text}`);
  const plot = soakChart(report, chart).split('\n');
  return [heading(report), ...table, '', ...plot.map((line) => `  ${line}`.trimEnd()), '', verdictText(report)].join(
    '\n',
  );
}

/** What will be done or was done, a name and a text each. */
export function settingRows({ settings, ports }: Pick<SoakReport, 'settings' | 'ports'>): readonly [string, string][] {
  const { clientProfile, cycles, durationMs, recycleAfterMs, reuse, onExhaustion } = settings;
  const length = [
    ...(cycles === null ? [] : [counted(cycles, 'cycle')]),
    ...(durationMs === null ? [] : [durationText(durationMs)]),
  ].join(' or ');
  const rows: [string, string][] = [];
  if (clientProfile !== null) rows.push(['client', `${clientProfile}: ${CLIENT_PROFILES[clientProfile].standsFor}`]);
  rows.push([
    'ports',
    `${settings.ports} (${ports.pool})${clientProfile === null ? '' : `, ${portsText(recycleAfterMs, reuse)}`}`,
  ]);
  rows.push([
    'load',
    `${loadText(settings)}; ${length}${onExhaustion === 'hang' ? '; an open without a port waits' : ''}`,
  ]);
  return rows;
}

/** What came of it, a name and a text each. */
export function resultRows(report: SoakReport): readonly [string, string][] {
  const { cycles, opened, failed, refused, stalls, exhausted, ports, latencyMs, forecast, settings } = report;
  const rows: [string, string][] = [
    ['cycles', `${cycles}: ${opened} opened, ${failed} failed, ${refused} refused${endedText(report)}`],
    [
      'at the end',
      `${ports.leaked} leaked, ${ports.inUse} in use, ${ports.closing} closing, ${ports.recycled} recycled; at most ${ports.peak} of ${ports.pool} taken at once`,
    ],
  ];
  if (stalls.first !== null) {
    const { cycle, ms } = stalls.first;
    const more = `${counted(stalls.count, 'stall')}, the longest ${durationText(stalls.longestMs)}`;
    rows.push(['stalled', `first at open ${cycle}, after ${durationText(ms)}; ${more}`]);
  }
  if (exhausted !== null) {
    const { at, error } = exhausted;
    rows.push(['exhausted', `at open ${at.cycle}, after ${durationText(at.ms)}: error ${error.code} ${error.symbol}`]);
  }
  if (latencyMs !== null) {
    const { p50, p95, max } = latencyMs;
    rows.push([
      'latency',
      `an open takes ${durationText(p50)}, 95 % at most ${durationText(p95)}, the longest ${durationText(max)}`,
    ]);
  }
  if (settings.clientProfile !== null) {
    rows.push([
      'forecast',
      `first refusal ${rangeText(forecast.firstRefusalMs)}; exhausted ${rangeText(forecast.exhaustionMs)}`,
    ]);
  }
  return rows;
}

/** `after 12 min to 27 min, most likely 18 min`. */
export function rangeText(quantiles: ForecastQuantiles | null): string {
  if (quantiles === null) return 'never';
  const { p05, p50, p95 } = quantiles;
  if (p05 === p95) return `after ${durationText(p50)}`;
  return `after ${durationText(p05)} to ${durationText(p95)}, most likely ${durationText(p50)}`;
}

function heading({ settings }: SoakReport): string {
  const { target, time, seed, clientProfile } = settings;
  const what = target === 'emulated' ? 'an emulated cluster' : target;
  return `Soak of ${what} on ${time} time${clientProfile === null ? '' : `, seed ${seed}`}`;
}

function portsText(recycleAfterMs: number, reuse: string): string {
  const recycled = `recycled ${durationText(recycleAfterMs)} after a close`;
  return reuse === 'never' ? `${recycled} and then never used again` : recycled;
}

function endedText({ ended }: SoakReport): string {
  switch (ended) {
    case 'standstill':
      return '; then the program hung for good';
    case 'aborted':
      return '; ended early';
    case 'three-failures':
      return '; ended after three failures in a row';
    case 'cycles':
    case 'duration':
      return '';
  }
}
