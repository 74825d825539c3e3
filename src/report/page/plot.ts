import { scaleLinear } from 'd3-scale';
import { durationText } from '../text/figures.ts';
import { escapeMarkup } from './markup.ts';
import { inBothSchemes, type Palette } from './palette.ts';

/** The data stand in a box of so many units, which is stretched to the width that there is. */
const ACROSS = 1000;
const LEGEND_LINE = 20;
const BAND_HEIGHT = 36;
const AXIS_HEIGHT = 46;
/** Above the top tick, so that the title of the axis and the highest value do not meet. */
const TITLE_HEIGHT = 32;
/** Space beside the data on a page, px. */
const LEFT = 48;
const RIGHT = 28;
/** Width of a letter, about, and of the narrowest plot, px. */
const LETTER = 6.5;
const NARROWEST = 330;

/** A span that was forecast, drawn as a bracket over the data with a dot at the median. */
export interface Band {
  readonly label: string;
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

export interface PlotFrame {
  /** For those who do not see it. */
  readonly label: string;
  /** Of the data, px. */
  readonly height: number;
  /** Where time ends, ms. */
  readonly endMs: number;
  readonly timeTitle: string;
  readonly valueTitle: string;
  readonly values: readonly [lowest: number, highest: number];
  /** Marked on the axis beside round values. */
  readonly valueMarks?: readonly number[];
  readonly legend: readonly { readonly className: string; readonly label: string }[];
  readonly bands?: readonly Band[];
}

export interface Plot {
  /** Horizontal place in the box of the data. */
  readonly x: (ms: number) => number;
  /** Vertical place in it. */
  readonly y: (value: number) => number;
  /** A line from top to bottom with its name. */
  readonly marker: (label: string, ms: number, line: number) => string;
  /** The whole as one SVG element: `shapes` are drawn in the box of the data, `over` on top with places in per cent. */
  readonly draw: (shapes: readonly string[], over?: readonly string[]) => string;
}

/**
 * A plot as one static SVG element, as wide as the place it gets: only the data are stretched, so letters have their size on
 * a telephone too. The same bytes for the same data. Its letters stand beside it: `plotStyle` leaves the room.
 */
export function plotIn(frame: PlotFrame): Plot {
  const { height, label, legend, bands = [] } = frame;
  const legendText = legendLines(legend);
  const top = legendText.height + bands.length * BAND_HEIGHT + TITLE_HEIGHT;
  const end = Math.max(1, frame.endMs);
  const across = scaleLinear([0, end], [0, ACROSS]);
  const up = scaleLinear([frame.values[0], frame.values[1]], [height, 0]);
  const percent = (ms: number) => `${round(across(ms) / 10)}%`;
  const total = top + height + AXIS_HEIGHT;
  return {
    x: across,
    y: up,
    marker: (name, ms, line) => {
      const late = across(ms) > 0.6 * ACROSS;
      const at = percent(ms);
      return `<line class="mark" x1="${at}" x2="${at}" y1="${top}" y2="${top + height}"/><text class="halo" x="${at}" dx="${late ? -5 : 5}" y="${top + height - 10 - 18 * line}"${late ? ' text-anchor="end"' : ''}>${escapeMarkup(name)}</text>`;
    },
    draw: (shapes, over = []) =>
      [
        `<svg xmlns="http://www.w3.org/2000/svg" class="plot" width="100%" height="${total}" role="img" aria-label="${escapeMarkup(label)}">`,
        ...legendText.lines,
        ...bands.flatMap((band, index) => bracket(band, legendText.height + index * BAND_HEIGHT, end, percent)),
        ...valueAxis(frame, up, top),
        `<svg x="0" y="${top}" width="100%" height="${height}" viewBox="0 0 ${ACROSS} ${height}" preserveAspectRatio="none">`,
        ...shapes,
        '</svg>',
        ...timeAxis(frame.timeTitle, end, top + height, percent),
        ...over,
        '</svg>',
      ].join('\n'),
  };
}

/** A plot as a file of its own. */
export function standingAlone(plot: string): string {
  const height = Number(/height="(\d+)"/.exec(plot)?.[1]);
  const width = 760;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 24}" viewBox="0 0 ${width} ${height + 24}">`,
    `<style>${inBothSchemes((palette) => `.page { fill: ${palette.page}; }\n${shapeStyle(palette)}`)}</style>`,
    '<rect class="page" width="100%" height="100%"/>',
    `<svg x="${LEFT + 12}" y="12" width="${width - LEFT - RIGHT - 12}" height="${height}" overflow="visible">`,
    plot.replace('class="plot"', 'class="plot" overflow="visible"'),
    '</svg>\n</svg>\n',
  ].join('\n');
}

/** Rules for plots on a page. */
export function plotStyle(palette: Palette): string {
  return `.plot { display: block; overflow: visible; width: calc(100% - ${LEFT + RIGHT}px); margin: 0 ${RIGHT}px 0 ${LEFT}px; }\n${shapeStyle(palette)}`;
}

function shapeStyle({ page, text, grid, leaked, inUse, closing, recycled, quiet }: Palette): string {
  return `.plot text { font: 12px system-ui, sans-serif; fill: ${text}; }
.plot .halo { font-weight: 600; stroke: ${page}; stroke-width: 4px; paint-order: stroke; }
.plot .grid { stroke: ${grid}; } .plot .held { stroke: ${quiet}; fill: none; vector-effect: non-scaling-stroke; } .plot .axis { stroke: ${text}; } .plot .mark { stroke: ${text}; stroke-dasharray: 4 3; }
.plot .band { stroke: ${text}; stroke-width: 2px; fill: none; } .plot .median { fill: ${text}; }
.plot .area { stroke: ${page}; stroke-width: 1px; vector-effect: non-scaling-stroke; }
.plot .line, .plot .dots { fill: none; vector-effect: non-scaling-stroke; } .plot .line { stroke-width: 2px; } .plot .dots { stroke-linecap: round; }
.plot .leaked { fill: ${leaked}; } .plot .in-use { fill: ${inUse}; } .plot .closing { fill: ${closing}; } .plot .recycled { fill: ${recycled}; } .plot .quiet { fill: ${quiet}; }
.plot .line.leaked, .plot .dots.leaked { stroke: ${leaked}; } .plot .line.in-use, .plot .dots.in-use { stroke: ${inUse}; }
.plot .dots.closing { stroke: ${closing}; } .plot .dots.quiet { stroke: ${quiet}; }
.plot .line, .plot .dots { fill: none; }`;
}

function legendLines(legend: PlotFrame['legend']): { readonly lines: readonly string[]; readonly height: number } {
  let x = 0;
  let row = 0;
  const lines = legend.map(({ className, label }) => {
    const width = 18 + label.length * LETTER + 14;
    if (x > 0 && x + width > NARROWEST) {
      x = 0;
      row++;
    }
    const [left, y] = [x - LEFT, 10 + row * LEGEND_LINE];
    x += width;
    return `<rect class="${className}" x="${left}" y="${y - 6}" width="12" height="12"/><text x="${left + 18}" y="${y}" dy="0.35em">${escapeMarkup(label)}</text>`;
  });
  return { lines, height: legend.length === 0 ? 0 : (row + 1) * LEGEND_LINE };
}

/** Beyond the end of time the bracket is open: an arrow says that it goes on. */
function bracket({ label, p05, p50, p95 }: Band, y: number, end: number, percent: (ms: number) => string): string[] {
  const line = y + 27;
  const text = `<text x="${-LEFT}" y="${y + 16}">${escapeMarkup(label)}</text>`;
  if (p05 > end) return [text, arrow(line)];
  const dot = p50 <= end ? `<circle class="median" cx="${percent(p50)}" cy="${line}" r="4"/>` : '';
  const ends = p95 > end ? arrow(line) : tick(percent(p95), line);
  return [
    text,
    `<line class="band" x1="${percent(p05)}" x2="${percent(Math.min(p95, end))}" y1="${line}" y2="${line}"/>${tick(percent(p05), line)}${ends}${dot}`,
  ];
}

function tick(at: string, y: number): string {
  return `<line class="band" x1="${at}" x2="${at}" y1="${y - 4}" y2="${y + 4}"/>`;
}

function arrow(y: number): string {
  return `<svg x="100%" y="${y}" overflow="visible"><path class="band" d="M0 0h10M5 -5l6 5l-6 5"/></svg>`;
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function valueAxis({ values, valueMarks = [], valueTitle }: PlotFrame, y: Scale, top: number): string[] {
  const apart = Math.abs(values[1] - values[0]) / 12;
  const round = y.ticks(5).filter((value) => Number.isInteger(value));
  const ticks = [
    ...round.filter((value) => valueMarks.every((mark) => Math.abs(mark - value) >= apart)),
    ...valueMarks,
  ];
  return [
    `<text x="${-LEFT}" y="${top - 14}">${escapeMarkup(valueTitle)}</text>`,
    ...ticks.map((value) => {
      const at = place(y(value) + top);
      return `<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/><text x="-6" y="${at}" dy="0.35em" text-anchor="end">${value}</text>`;
    }),
  ];
}

/** Ticks at round numbers of whatever unit suits the length. */
function timeAxis(title: string, end: number, bottom: number, percent: (ms: number) => string): string[] {
  const unit =
    end < 2_000 ? 1 : end < 120_000 ? 1_000 : end < 7_200_000 ? 60_000 : end < 172_800_000 ? 3_600_000 : 86_400_000;
  const ticks = scaleLinear([0, end / unit], [0, 1]).ticks(4);
  return [
    `<line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>`,
    ...ticks.map((value) => {
      const at = percent(value * unit);
      const text = value === 0 ? '0' : durationText(value * unit);
      return `<line class="axis" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/><text x="${at}" y="${bottom + 19}" text-anchor="middle">${text}</text>`;
    }),
    `<text x="${-LEFT}" y="${bottom + 40}">${escapeMarkup(title)}</text>`,
  ];
}

export function place(value: number): string {
  return String(round(value));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
