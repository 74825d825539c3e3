import { area, curveStepAfter, stack } from 'd3-shape';
import type { ForecastQuantiles, SoakReport, TimelinePoint } from '../soak/report.ts';
import type { Cells } from './page/page.ts';
import { type Band, plotIn } from './page/plot.ts';
import { durationText } from './text/figures.ts';

const HEIGHT = 220;
/** Lines of the table beside a plot. */
const TABLE_LINES = 20;
/** A forecast that reaches further than so many times the run leaves the plot: an arrow says so. */
const FAR = 2;

/** From the bottom of the plot to its top. */
const LAYERS = [
  { state: 'leaked', label: 'leaked', className: 'leaked' },
  { state: 'inUse', label: 'in use', className: 'in-use' },
  { state: 'closing', label: 'closing', className: 'closing' },
  { state: 'recycled', label: 'recycled', className: 'recycled' },
] as const satisfies readonly { state: keyof TimelinePoint; label: string; className: string }[];

export interface SoakPlotOptions {
  /** For those who do not see it. */
  readonly label: string;
  /** Where time ends, so that several plots have one scale; `plotEnd` of the report alone by default. */
  readonly endMs?: number;
  readonly timeTitle?: string;
}

/** The port states over time. */
export function soakPlot(report: SoakReport, options: SoakPlotOptions): string {
  const { timeline, ports, stalls, exhausted } = report;
  const { label, endMs = plotEnd([report]), timeTitle = 'time from the first open' } = options;
  const { x, y, marker, draw } = plotIn({
    label,
    height: HEIGHT,
    endMs,
    timeTitle,
    valueTitle: `ports, of ${ports.pool}`,
    values: [0, ports.pool],
    valueMarks: [ports.pool],
    legend: LAYERS,
    bands: bandsOf(report),
  });
  const layers = stack<TimelinePoint>().keys(LAYERS.map(({ state }) => state))(changes(drawn(timeline)));
  const shape = area<(typeof layers)[number][number]>()
    .x(({ data }) => x(data.ms))
    .y0(([below]) => y(below))
    .y1(([, above]) => y(above))
    .curve(curveStepAfter)
    .digits(1);
  return draw(
    layers.map((layer, index) => `<path class="area ${LAYERS[index]?.className ?? ''}" d="${shape(layer) ?? ''}"/>`),
    [
      ...(stalls.first === null ? [] : [marker('first stall', stalls.first.ms, 0)]),
      ...(exhausted === null ? [] : [marker('exhausted', exhausted.at.ms, 1)]),
    ],
  );
}

/** Where time has to end so that all these runs, and what was forecast for them, are seen. */
export function plotEnd(reports: readonly SoakReport[]): number {
  const run = Math.max(1, ...reports.map(({ timeline }) => timeline.at(-1)?.ms ?? 0));
  const forecasts = reports
    .flatMap(({ forecast }) => [forecast.firstRefusalMs?.p95 ?? 0, forecast.exhaustionMs?.p95 ?? 0])
    .filter((ms) => ms <= FAR * run);
  return Math.max(run, ...forecasts);
}

/** What the plot shows, at times that are equally far apart. */
export function soakTable({ timeline, ports }: SoakReport): Cells {
  const end = timeline.at(-1)?.ms ?? 0;
  const lines = Math.min(TABLE_LINES, timeline.length);
  let at = 0;
  const rows = Array.from({ length: lines }, (_, index) => {
    const ms = lines === 1 ? end : (end * index) / (lines - 1);
    while (at + 1 < timeline.length && (timeline[at + 1]?.ms ?? 0) <= ms) at++;
    const point = timeline[at];
    const counts = LAYERS.map(({ state }) => point?.[state] ?? 0);
    const free = ports.pool - counts.reduce((sum, count) => sum + count, 0);
    return { cells: [durationText(Math.round(ms)), ...counts.map(String), String(free)] };
  });
  return { head: ['Time', ...LAYERS.map(({ label }) => label), 'free'], rows };
}

/** Points of a plot: more than there are columns on a screen would only make the file larger. */
const MOST_POINTS = 300;

/** At most so many points; of those that fall together the one with the most ports, so that no peak is lost. */
function drawn(timeline: readonly TimelinePoint[]): readonly TimelinePoint[] {
  if (timeline.length <= MOST_POINTS) return timeline;
  const end = timeline.at(-1)?.ms ?? 0;
  const taken = (point: TimelinePoint) => LAYERS.reduce((sum, { state }) => sum + point[state], 0);
  const columns = new Map<number, TimelinePoint>();
  for (const point of timeline.slice(0, -1)) {
    const column = Math.floor((point.ms * (MOST_POINTS - 1)) / Math.max(1, end));
    const before = columns.get(column);
    if (before === undefined || taken(point) > taken(before)) columns.set(column, point);
  }
  return [...columns.values(), ...timeline.slice(-1)];
}

/** A step stays as it is until the next one: points that change nothing only make the file larger. */
function changes(timeline: readonly TimelinePoint[]): TimelinePoint[] {
  return timeline.filter((point, index) => {
    const before = timeline[index - 1];
    const isLast = index === timeline.length - 1;
    return before === undefined || isLast || LAYERS.some(({ state }) => point[state] !== before[state]);
  });
}

function bandsOf({ forecast: { firstRefusalMs, exhaustionMs } }: SoakReport): Band[] {
  return [
    ...(firstRefusalMs === null ? [] : [bandOf('first refusal', firstRefusalMs)]),
    ...(exhaustionMs === null ? [] : [bandOf('exhausted', exhaustionMs)]),
  ];
}

function bandOf(what: string, quantiles: ForecastQuantiles): Band {
  const { p05, p50, p95 } = quantiles;
  const span = p05 === p95 ? durationText(p50) : `${durationText(p05)} to ${durationText(p95)}`;
  return { label: `Forecast, ${what}: ${span}`, ...quantiles };
}
