import { scaleLinear } from 'd3-scale';
import { curveStepAfter, line, symbol, symbolCircle, symbolCross, symbolSquare, symbolTriangle } from 'd3-shape';
import type { GrowthPoint, HostPorts, PortOutcome, PortUse } from '../explain/types.ts';
import { escapeMarkup } from './markup.ts';
import { durationText } from './text/figures.ts';

const WIDTH = 760;
const MARGIN = { top: 16, right: 120, bottom: 44, left: 56 } as const;
const PORTS_HEIGHT = 300;
const GROWTH_HEIGHT = 150;
const RIGHT = WIDTH - MARGIN.right;

/** Told apart by shape and in grey too. */
const OUTCOMES = [
  { outcome: 'closed', label: 'closed', fill: '#2f5d9e', shape: symbolCircle, turn: 0 },
  { outcome: 'failed', label: 'failed', fill: '#a3281e', shape: symbolCross, turn: 45 },
  { outcome: 'open', label: 'not closed', fill: '#e3a63a', shape: symbolTriangle, turn: 0 },
  { outcome: 'mapped', label: 'mapper only', fill: '#777', shape: symbolSquare, turn: 0 },
] as const satisfies readonly {
  outcome: PortOutcome;
  label: string;
  fill: string;
  shape: typeof symbolCircle;
  turn: number;
}[];

const COUNTS = [
  { key: 'distinctPorts', label: 'ports seen', stroke: '#2f5d9e', dash: '' },
  { key: 'abandoned', label: 'abandoned', stroke: '#a3281e', dash: '5 3' },
] as const satisfies readonly { key: keyof GrowthPoint; label: string; stroke: string; dash: string }[];

/** Which ports a host opened clusters from, over time, as one static SVG element: the same bytes for the same document. */
export function portsPlot(host: HostPorts, endMs: number): string {
  const { range, uses } = host;
  const height = PORTS_HEIGHT;
  const x = timeScale(endMs);
  const y = scaleLinear([range.first - 1, range.last + 1], [height - MARGIN.bottom, MARGIN.top]);
  const held = uses.map(({ port, ms, endMs: until }) => {
    const at = place(y(port));
    return `<line x1="${place(x(ms))}" x2="${place(x(until))}" y1="${at}" y2="${at}" stroke="#999"/>`;
  });
  return svg(height, `Ports of ${host.host} over time`, [
    ...valueAxis(y, 'port'),
    ...timeAxis(x, endMs, height),
    ...held,
    ...uses.map((use) => mark(use, x(use.ms), y(use.port))),
    ...OUTCOMES.filter(({ outcome }) => uses.some((use) => use.outcome === outcome)).map(
      ({ label, fill, shape, turn }, index) =>
        legend(
          index,
          label,
          `<path transform="rotate(${turn})" d="${symbol(shape, 50).digits(1)() ?? ''}" fill="${fill}"/>`,
        ),
    ),
  ]);
}

/** How many different ports were seen, and how many of them a failed open left behind. */
export function growthPlot({ host, growth }: HostPorts, endMs: number): string {
  const height = GROWTH_HEIGHT;
  const x = timeScale(endMs);
  const most = Math.max(1, ...growth.map(({ distinctPorts }) => distinctPorts));
  const y = scaleLinear([0, most], [height - MARGIN.bottom, MARGIN.top]);
  const last = growth.at(-1);
  const points = last === undefined ? growth : [...growth, { ...last, ms: Math.max(last.ms, endMs) }];
  const paths = COUNTS.map(({ key, stroke, dash }) => {
    const shape = line<GrowthPoint>(
      ({ ms }) => x(ms),
      (point) => y(point[key]),
    )
      .curve(curveStepAfter)
      .digits(1);
    return `<path d="${shape([...points]) ?? ''}" fill="none" stroke="${stroke}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  });
  return svg(height, `Growth of the ports of ${host}`, [
    ...valueAxis(y, 'ports'),
    ...timeAxis(x, endMs, height),
    ...paths,
    ...COUNTS.map(({ label, stroke, dash }, index) =>
      legend(
        index,
        label,
        `<line x1="-8" x2="8" y1="0" y2="0" stroke="${stroke}" stroke-width="2" stroke-dasharray="${dash}"/>`,
      ),
    ),
  ]);
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function svg(height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeMarkup(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    ...parts,
    '</svg>',
  ].join('\n');
}

function timeScale(endMs: number): Scale {
  return scaleLinear([0, Math.max(1, endMs)], [MARGIN.left, RIGHT]);
}

function mark({ outcome }: PortUse, x: number, y: number): string {
  const { fill, shape, turn } = OUTCOMES.find((each) => each.outcome === outcome) ?? OUTCOMES[0];
  const size = outcome === 'failed' ? 60 : 22;
  return `<path transform="translate(${place(x)} ${place(y)}) rotate(${turn})" d="${symbol(shape, size).digits(1)() ?? ''}" fill="${fill}"/>`;
}

function valueAxis(y: Scale, label: string): string[] {
  const ticks = y.ticks(6).filter((value) => Number.isInteger(value));
  return [
    ...ticks.map((value) => {
      const at = place(y(value));
      return `<line x1="${MARGIN.left}" x2="${RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${at}" dy="0.32em" text-anchor="end">${value}</text>`;
    }),
    `<text x="4" y="${MARGIN.top - 4}">${label}</text>`,
  ];
}

/** Ticks at round numbers of whatever unit suits the length of the capture. */
function timeAxis(x: Scale, end: number, height: number): string[] {
  const unit =
    end < 2_000 ? 1 : end < 120_000 ? 1_000 : end < 7_200_000 ? 60_000 : end < 172_800_000 ? 3_600_000 : 86_400_000;
  const bottom = height - MARGIN.bottom;
  return [
    `<line x1="${MARGIN.left}" x2="${RIGHT}" y1="${bottom}" y2="${bottom}" stroke="#222"/>`,
    ...scaleLinear([0, Math.max(1, end) / unit], [0, 1])
      .ticks(6)
      .map((value) => {
        const at = place(x(value * unit));
        const text = value === 0 ? '0' : durationText(value * unit);
        return `<line x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}" stroke="#222"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
      }),
    `<text x="${MARGIN.left}" y="${height - 8}">time from the first packet</text>`,
  ];
}

function legend(index: number, label: string, sign: string): string {
  const y = MARGIN.top + 8 + index * 20;
  return `<g transform="translate(${RIGHT + 22} ${y})">${sign}</g><text x="${RIGHT + 36}" y="${y}" dy="0.32em">${label}</text>`;
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
