import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, stack } from 'd3-shape';
import type { ForecastQuantiles, SoakReport, TimelinePoint } from '../soak/report.ts';
import { escapeMarkup } from './markup.ts';
import { durationText } from './text/figures.ts';

const WIDTH = 760;
const HEIGHT = 300;
/** Width of a letter, about. */
const LETTER = 7;
const MARGIN = { top: 44, right: 100, bottom: 44, left: 46 } as const;

/** From the bottom of the plot to its top; told apart in grey too. */
const LAYERS = [
  { state: 'leaked', label: 'leaked', fill: '#a3281e' },
  { state: 'inUse', label: 'in use', fill: '#2f5d9e' },
  { state: 'closing', label: 'closing', fill: '#e3a63a' },
  { state: 'recycled', label: 'recycled', fill: '#cfe0cf' },
] as const satisfies readonly { state: keyof TimelinePoint; label: string; fill: string }[];

/** The port states over time as one SVG element: static, without script, the same bytes for the same report. */
export function soakPlot(report: SoakReport, title: string): string {
  const { timeline, ports } = report;
  const end = Math.max(1, timeline.at(-1)?.ms ?? 0);
  const x = scaleLinear([0, end], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, ports.pool], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const layers = stack<TimelinePoint>().keys(LAYERS.map(({ state }) => state))(changes(timeline));
  const shape = area<(typeof layers)[number][number]>()
    .x(({ data }) => x(data.ms))
    .y0(([below]) => y(below))
    .y1(([, above]) => y(above))
    .curve(curveStepAfter)
    .digits(1);
  const areas = layers.map((layer, index) => `<path d="${shape(layer) ?? ''}" fill="${LAYERS[index]?.fill ?? ''}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeMarkup(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    ...valueAxis(y, ports.pool),
    ...areas,
    ...timeAxis(x, end),
    ...forecastBands(report, x, end),
    ...markers(report, x),
    ...legend(),
    '</svg>',
  ].join('\n');
}

/** A step stays as it is until the next one: points that change nothing only make the file larger. */
function changes(timeline: readonly TimelinePoint[]): TimelinePoint[] {
  return timeline.filter((point, index) => {
    const before = timeline[index - 1];
    const isLast = index === timeline.length - 1;
    return before === undefined || isLast || LAYERS.some(({ state }) => point[state] !== before[state]);
  });
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function valueAxis(y: Scale, pool: number): string[] {
  const ticks = y.ticks(5).filter((value) => Number.isInteger(value));
  const values = ticks.includes(pool) ? ticks : [...ticks, pool];
  return values.map((value) => {
    const at = place(y(value));
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ccc"/><text x="${MARGIN.left - 6}" y="${at}" dy="0.32em" text-anchor="end">${value}</text>`;
  });
}

/** Ticks at round numbers of whatever unit suits the length of the run. */
function timeAxis(x: Scale, end: number): string[] {
  const unit =
    end < 2_000 ? 1 : end < 120_000 ? 1_000 : end < 7_200_000 ? 60_000 : end < 172_800_000 ? 3_600_000 : 86_400_000;
  const bottom = HEIGHT - MARGIN.bottom;
  const ticks = scaleLinear([0, end / unit], [0, 1]).ticks(6);
  return [
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${bottom}" y2="${bottom}" stroke="#222"/>`,
    ...ticks.map((value) => {
      const at = place(x(value * unit));
      const text = value === 0 ? '0' : durationText(value * unit);
      return `<line x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}" stroke="#222"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
    }),
    `<text x="${MARGIN.left}" y="${HEIGHT - 8}">time from the first open</text>`,
  ];
}

/** What was forecast, as brackets above the plot: from the 5th to the 95th per cent, the dot at the median. */
function forecastBands({ forecast }: SoakReport, x: Scale, end: number): string[] {
  return [
    ...band('forecast: first refusal', forecast.firstRefusalMs, 14, x, end),
    ...band('forecast: exhausted', forecast.exhaustionMs, 32, x, end),
  ];
}

function band(label: string, quantiles: ForecastQuantiles | null, y: number, x: Scale, end: number): string[] {
  if (quantiles === null || quantiles.p05 > end) return [];
  const from = place(x(quantiles.p05));
  const to = place(x(Math.min(quantiles.p95, end)));
  const dot = quantiles.p50 <= end ? `<circle cx="${place(x(quantiles.p50))}" cy="${y}" r="3.5"/>` : '';
  const fitsBehind = Number(to) + 8 + label.length * LETTER < WIDTH;
  const text = fitsBehind
    ? `<text x="${Number(to) + 8}" y="${y}" dy="0.32em">${label}</text>`
    : `<text x="${Number(from) - 8}" y="${y}" dy="0.32em" text-anchor="end">${label}</text>`;
  return [`<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="#222" stroke-width="2"/>${dot}${text}`];
}

/** What happened: dashed lines from top to bottom. */
function markers({ stalls, exhausted }: SoakReport, x: Scale): string[] {
  const lines: string[] = [];
  if (stalls.first !== null) lines.push(marker('first stall', x(stalls.first.ms), HEIGHT - MARGIN.bottom - 10));
  if (exhausted !== null) lines.push(marker('exhausted', x(exhausted.at.ms), HEIGHT - MARGIN.bottom - 28));
  return lines;
}

function marker(label: string, at: number, textAt: number): string {
  const left = at > WIDTH - MARGIN.right - 90;
  const text = `<text x="${place(at + (left ? -5 : 5))}" y="${textAt}"${left ? ' text-anchor="end"' : ''} stroke="#fff" stroke-width="3" paint-order="stroke" font-weight="600">${label}</text>`;
  return `<line x1="${place(at)}" x2="${place(at)}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" stroke="#222" stroke-dasharray="4 3"/>${text}`;
}

function legend(): string[] {
  const left = WIDTH - MARGIN.right + 14;
  return LAYERS.toReversed().map(({ label, fill }, index) => {
    const y = MARGIN.top + 8 + index * 20;
    return `<rect x="${left}" y="${y - 6}" width="12" height="12" fill="${fill}" stroke="#222" stroke-width="0.5"/><text x="${left + 18}" y="${y}" dy="0.32em">${label}</text>`;
  });
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
