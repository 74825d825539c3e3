import type { SoakReport, TimelinePoint } from '../soak/report.ts';
import { durationText } from './text/figures.ts';

export type ChartState = 'leaked' | 'inUse' | 'closing' | 'recycled';

export interface ChartOptions {
  /** Columns of the plot itself, without its scale; 60 by default, and fewer where there is no room. */
  readonly width?: number;
  /** Columns that there are, scale included. */
  readonly columns?: number | undefined;
  /** Lines; 10 by default, fewer for a small pool. */
  readonly height?: number;
  /** Colours a run of cells. */
  readonly paint?: (state: ChartState, text: string) => string;
}

/** What the chart needs of a run, also of one that goes on. */
interface ChartedSoak extends Pick<SoakReport, 'timeline'> {
  readonly ports: Pick<SoakReport['ports'], 'pool'>;
}

/** From the bottom of the plot to its top. */
const LAYERS = [
  { state: 'leaked', cell: '█', label: 'leaked' },
  { state: 'inUse', cell: '#', label: 'in use' },
  { state: 'closing', cell: '▒', label: 'closing' },
  { state: 'recycled', cell: '·', label: 'recycled' },
] as const satisfies readonly { state: ChartState; cell: string; label: string }[];

/** Below that a plot shows nothing. */
const NARROWEST = 20;

/** The port states over time as lines of text: the pool upwards, time to the right. */
export function soakChart({ timeline, ports }: ChartedSoak, options: ChartOptions = {}): string {
  const { columns: room = Number.POSITIVE_INFINITY, paint = (_, text) => text } = options;
  const scale = String(ports.pool).length;
  const width = Math.min(options.width ?? 60, Math.max(NARROWEST, room - scale - 2));
  const height = Math.max(1, Math.min(options.height ?? 10, ports.pool));
  const end = timeline.at(-1)?.ms ?? 0;
  const columns = Array.from({ length: width }, (_, x) => column(pointAt(timeline, x, width), ports.pool, height));
  const lines = Array.from({ length: height }, (_, row) => {
    const y = height - 1 - row;
    const label = row === 0 ? String(ports.pool) : y === 0 ? '1' : '';
    return `${label.padStart(scale)} ┤${painted(columns, y, paint)}`.trimEnd();
  });
  const last = durationText(end);
  const axis = `${' '.repeat(scale)} └${'─'.repeat(width)}`;
  const times = `${' '.repeat(scale + 2)}0${last.padStart(width - 1)}`;
  const legend = LAYERS.map(({ state, cell, label }) => `${paint(state, cell)} ${label}`).join('   ');
  return [...lines, axis, times, `${' '.repeat(scale + 2)}${legend}`].join('\n');
}

/** The last point in that column, or the one before it: the ports stay as they are between two points. */
function pointAt(timeline: readonly TimelinePoint[], x: number, width: number): TimelinePoint | undefined {
  const end = timeline.at(-1)?.ms ?? 0;
  const until = ((x + 1) * end) / width;
  let low = 0;
  let high = timeline.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timeline[middle]?.ms ?? 0) <= until) low = middle + 1;
    else high = middle;
  }
  return timeline[Math.max(0, low - 1)];
}

/** Which state each cell of a column shows; borders between states are rounded, but one port is never rounded away. */
function column(point: TimelinePoint | undefined, pool: number, height: number): readonly (ChartState | null)[] {
  const cells: (ChartState | null)[] = Array.from({ length: height }, () => null);
  let below = 0;
  for (const { state } of LAYERS) {
    const count = point?.[state] ?? 0;
    if (count === 0) continue;
    const from = Math.round((below * height) / pool);
    below += count;
    const to = Math.max(from + 1, Math.round((below * height) / pool));
    for (let y = from; y < Math.min(to, height); y++) cells[y] = state;
  }
  return cells;
}

function painted(
  columns: readonly (readonly (ChartState | null)[])[],
  y: number,
  paint: (state: ChartState, text: string) => string,
): string {
  let line = '';
  for (let x = 0; x < columns.length; ) {
    const state = columns[x]?.[y] ?? null;
    let end = x + 1;
    while (end < columns.length && (columns[end]?.[y] ?? null) === state) end++;
    const layer = LAYERS.find((each) => each.state === state);
    line += layer === undefined ? ' '.repeat(end - x) : paint(layer.state, layer.cell.repeat(end - x));
    x = end;
  }
  return line;
}
