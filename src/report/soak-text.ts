import { CLIENT_PROFILES } from '../ports/profiles.ts';
import { hasFormula } from '../soak/forecast.ts';
import type { SoakReport } from '../soak/report.ts';
import { type ChartState, soakChart } from './soak-chart.ts';
import { judgeSoak, loadText, neverText, rangeText, variantRows, verdictText } from './soak-words.ts';
import { countText, durationText, numberText } from './text/figures.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';
import { tableLines } from './text/table.ts';

/** A soak for people, its plot no wider than `columns`. */
export function soakText(report: SoakReport, style: Style = PLAIN, columns?: number): string {
  const rows = [...settingRows(report), ...resultRows(report)];
  const chart = soakChart(report, { columns, paint: (state, text) => style[PAINT[state]](text) });
  return `${style.bold(heading(report))}\n\n${rowsText(rows, style.bold)}\n${chart}\n\n${verdictLine(report, style)}\n${variantsText(report, style)}`;
}

function variantsText(report: SoakReport, style: Style): string {
  if (report.variants === undefined) return '';
  const { head, rows } = variantRows(report);
  const lines = tableLines(
    head,
    rows.map(({ cells }) => cells),
    style,
  );
  return `\n${lines.map((line) => `${line}\n`).join('')}`;
}

export const PAINT = { leaked: 'red', inUse: 'bold', closing: 'yellow', recycled: 'green' } as const satisfies Record<
  ChartState,
  keyof Style
>;

/** The verdict in the colour of how bad it is. */
function verdictLine(report: SoakReport, style: Style): string {
  const text = verdictText(report);
  const judgement = judgeSoak(report);
  if (judgement === 'fine') return style.green(text);
  return judgement === 'exhausted' || judgement === 'leaking' ? style.red(text) : style.yellow(text);
}

/** What will be done or was done, a name and a text each. */
export function settingRows({ settings, ports }: Pick<SoakReport, 'settings' | 'ports'>): readonly Row[] {
  const { clientProfile, cycles, durationMs, recycleAfterMs, reuse, onExhaustion } = settings;
  const length = [
    ...(cycles === null ? [] : [countText(cycles, 'cycle')]),
    ...(durationMs === null ? [] : [durationText(durationMs)]),
  ].join(' or ');
  const rows: Row[] = [];
  if (clientProfile !== null) rows.push(['Client', `${clientProfile}: ${CLIENT_PROFILES[clientProfile].standsFor}`]);
  rows.push([
    'Ports',
    `${settings.ports} (${ports.pool})${clientProfile === null ? '' : `, ${portsText(recycleAfterMs, reuse)}`}`,
  ]);
  rows.push([
    'Load',
    `${loadText(settings)}; ${length}${onExhaustion === 'hang' ? '; an open without a port waits' : ''}`,
  ]);
  return rows;
}

/** What came of it, a name and a text each. */
export function resultRows(report: SoakReport): readonly Row[] {
  const { cycles, opened, failed, refused, stalls, exhausted, ports, latencyMs, forecast, settings } = report;
  const rows: Row[] = [
    ['Cycles', `${cycles}: ${opened} opened, ${failed} failed, ${refused} refused${endedText(report)}`],
    [
      'At the end',
      `${ports.leaked} leaked, ${ports.inUse} in use, ${ports.closing} closing, ${ports.recycled} recycled; at most ${ports.peak} of ${ports.pool} taken at once`,
    ],
  ];
  if (stalls.first !== null) {
    const { cycle, ms } = stalls.first;
    const more = `${countText(stalls.count, 'stall')}, the longest ${durationText(stalls.longestMs)}`;
    rows.push(['Stalled', `first at open ${cycle}, after ${durationText(ms)}; ${more}`]);
  }
  if (exhausted !== null) {
    const { at, error } = exhausted;
    rows.push(['Exhausted', `at open ${at.cycle}, after ${durationText(at.ms)}: error ${error.code} ${error.symbol}`]);
  }
  if (report.reconnects !== undefined) {
    rows.push(['Reconnects', `${numberText(report.reconnects)}, each from a port of its own`]);
  }
  if (latencyMs !== null) {
    const { p50, p95, p99, max } = latencyMs;
    rows.push([
      'Latency',
      `an open takes ${durationText(p50)}, 95 % at most ${durationText(p95)}, 99 % at most ${durationText(p99)}, the longest ${durationText(max)}`,
    ]);
  }
  const { simulated } = forecast;
  if (simulated !== undefined || hasFormula(settings)) {
    const never = neverText(simulated);
    const by =
      simulated === undefined ? [] : [`out of ${simulated.runs} simulated runs, since no formula knows this load`];
    rows.push([
      'Forecast',
      `first refusal ${rangeText(forecast.firstRefusalMs, never)}`,
      `exhausted ${rangeText(forecast.exhaustionMs, never)}`,
      ...by,
    ]);
  }
  return rows;
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
