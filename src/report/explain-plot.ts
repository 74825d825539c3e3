import { curveStepAfter, line } from 'd3-shape';
import type { GrowthPoint, HostPorts, PortOutcome, PortUse } from '../explain/port-types.ts';
import type { Cells } from './page/page.ts';
import { place, plotIn } from './page/plot.ts';
import { durationText } from './text/figures.ts';

const PORTS_HEIGHT = 240;
const GROWTH_HEIGHT = 120;
const TIME_TITLE = 'time from the first packet';
const TABLE_LINES = 20;

/** Told apart by size too, px. What is seen least stands on top. */
const OUTCOMES = [
  { outcome: 'mapped', label: 'mapper only', className: 'quiet', size: 4 },
  { outcome: 'closed', label: 'closed', className: 'in-use', size: 5 },
  { outcome: 'open', label: 'not closed', className: 'closing', size: 7 },
  { outcome: 'failed', label: 'failed', className: 'leaked', size: 9 },
] as const satisfies readonly { outcome: PortOutcome; label: string; className: string; size: number }[];

const COUNTS = [
  { key: 'distinctPorts', label: 'ports seen', className: 'in-use', dash: '' },
  { key: 'abandoned', label: 'abandoned', className: 'leaked', dash: '6 3' },
] as const satisfies readonly { key: keyof GrowthPoint; label: string; className: string; dash: string }[];

/** Which ports a host opened clusters from, over time: a dot where an open began, a line while the port was held. */
export function portsPlot({ host, range, uses }: HostPorts, endMs: number): string {
  // Room for the dots at both ends.
  const margin = 1 + Math.round((range.last - range.first) / 30);
  const { x, y, draw } = plotIn({
    label: `Ports of ${host} over time`,
    height: PORTS_HEIGHT,
    endMs,
    timeTitle: TIME_TITLE,
    valueTitle: 'local UDP port',
    values: [range.first - margin, range.last + margin],
    legend: OUTCOMES.filter(({ outcome }) => uses.some((use) => use.outcome === outcome)),
  });
  const held = uses.map((use) => `M${place(x(use.ms))} ${place(y(use.port))}H${place(x(use.endMs))}`);
  // A line without length has round ends and no width: a dot that keeps its shape however the data are stretched.
  const dot = ({ ms, port }: PortUse) => `M${place(x(ms))} ${place(y(port))}h0`;
  const dots = OUTCOMES.map(({ outcome, className, size }) => {
    const own = uses.filter((use) => use.outcome === outcome).map(dot);
    return own.length === 0 ? '' : `<path class="dots ${className}" stroke-width="${size}" d="${own.join('')}"/>`;
  });
  return draw([`<path class="held" d="${held.join('')}"/>`, ...dots.filter((path) => path !== '')]);
}

/** How many different ports were seen, and how many of them a failed open left behind. */
export function growthPlot({ host, growth, usedUpMs }: HostPorts, endMs: number): string {
  const most = Math.max(1, ...growth.map(({ distinctPorts }) => distinctPorts));
  const { x, y, draw, marker } = plotIn({
    label: `Growth of the ports of ${host}`,
    height: GROWTH_HEIGHT,
    endMs,
    timeTitle: TIME_TITLE,
    valueTitle: 'different ports',
    values: [0, most],
    legend: COUNTS,
  });
  const last = growth.at(-1);
  const points = last === undefined ? growth : [...growth, { ...last, ms: Math.max(last.ms, endMs) }];
  return draw(
    COUNTS.map(({ key, className, dash }) => {
      const shape = line<GrowthPoint>(
        ({ ms }) => x(ms),
        (point) => y(point[key]),
      )
        .curve(curveStepAfter)
        .digits(1);
      return `<path class="line ${className}" stroke-dasharray="${dash}" d="${shape([...points]) ?? ''}"/>`;
    }),
    usedUpMs === null ? [] : [marker('all RPC ports lost', usedUpMs, 0)],
  );
}

/** What the plot of the ports shows: how each of them was used. */
export function portsTable({ uses }: HostPorts): Cells {
  const ports = new Map<number, PortUse[]>();
  for (const use of uses) ports.set(use.port, [...(ports.get(use.port) ?? []), use]);
  const rows = [...ports].toSorted(([a], [b]) => a - b);
  const shown = rows.slice(0, 2 * TABLE_LINES);
  const left = rows.length - shown.length;
  return {
    head: ['Port', 'opens', ...OUTCOMES.map(({ label }) => label), 'last at'],
    rows: [
      ...shown.map(([port, own]) => {
        const counts = OUTCOMES.map(({ outcome }) => own.filter((use) => use.outcome === outcome).length);
        return { cells: [port, own.length, ...counts, durationText(Math.max(...own.map(({ ms }) => ms)))].map(String) };
      }),
      ...(left === 0 ? [] : [{ cells: [`and ${left} more`, ...OUTCOMES.map(() => ''), '', ''] }]),
    ],
  };
}

export function growthTable({ growth }: HostPorts): Cells {
  const step = Math.max(1, (growth.length - 1) / (TABLE_LINES - 1));
  const points = growth.filter((_, index) => Math.round(Math.round(index / step) * step) === index);
  return {
    head: ['Time', 'opens', ...COUNTS.map(({ label }) => label)],
    rows: points.map(({ ms, opens, distinctPorts, abandoned }) => ({
      cells: [durationText(ms), String(opens), String(distinctPorts), String(abandoned)],
    })),
  };
}
