import { isDocumented } from '../ports/problems.ts';
import { formatPortRanges } from '../ports/ranges.ts';
import type { PortsReport } from '../ports/report.ts';
import { countText, durationText, numberText, percentText, quantilesText } from './text/figures.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

/** What `clusrpc ports` prints for people. */
export function portsText(report: PortsReport, style: Style = PLAIN): string {
  const rows: Row[] = [['Source', report.source], ...problemRows(report, style)];
  if (report.valid)
    rows.push(poolRow(report), capacityRow(report), ...loadRows(report, style), ...neededRows(report, style));
  return rowsText(rows, style.bold);
}

function problemRows({ valid, problems, warnings, remarks }: PortsReport, style: Style): Row[] {
  const rows: Row[] = [];
  if (warnings.length > 0) rows.push(['Warnings', ...warnings]);
  if (remarks.length > 0) rows.push(['Remarks', ...remarks]);
  if (valid) return rows;
  const invalid: Row = [
    'Invalid',
    ...problems.map(({ message }) => style.red(message)),
    problems.some(isDocumented)
      ? 'Windows takes the whole configuration for invalid: RPC over TCP and UDP gets no endpoint at all (error 87).'
      : 'What Windows does with that is not documented; here the whole configuration is taken for invalid.',
  ];
  return [...rows, invalid];
}

function poolRow({ pool, policy }: PortsReport): Row {
  const what = `${formatPortRanges(pool.ranges)}: ${countText(pool.size, 'port')}`;
  if (pool.kind === 'configured') return ['Ports', what];
  const why =
    policy === null
      ? 'No ports are listed below Rpc\\Internet, so RPC takes ordinary dynamic ports.'
      : 'The policy keeps RPC off the listed ports, so it takes ordinary dynamic ones.';
  return ['Ports', what, why];
}

function capacityRow({ capacity, settings, pool }: PortsReport): Row {
  const { everyMs, sustainedOpensPerSecond } = capacity;
  if (settings.reuse === 'never') {
    return [
      'Capacity',
      `${countText(pool.size, 'open')} in the life of a process: with reuse never no port comes back.`,
    ];
  }
  if (everyMs === null) return ['Capacity', 'none: there is no port.'];
  const round = settings.holdMs === 0 ? '' : ` and held for ${durationText(settings.holdMs)}`;
  return [
    'Capacity',
    `${numberText(sustainedOpensPerSecond)} opens a second, one each ${durationText(everyMs)}, while nothing fails:`,
    `a port is closing for ${durationText(settings.recycleAfterMs)} after each close${round}.`,
  ];
}

function loadRows(report: PortsReport, style: Style): Row[] {
  const { settings, forecast, hang } = report;
  if (forecast === null || settings.everyMs === null) return [];
  const { failureRate, clientProfile, onFailure } = settings;
  const failing = failureRate === 0 ? 'none of them fails' : `${percentText(failureRate)} of them fail`;
  const effect = onFailure === 'leak' ? 'a failed open leaks its port' : 'a failed open gives its port back';
  const rows: Row[] = [
    [
      'Load',
      `one open each ${durationText(settings.everyMs)}, ${failing}; ${clientProfile ?? 'not Windows 2000, so without the defect of KB814622'}: ${effect}.`,
    ],
  ];
  if (hang !== null) rows.push(['Hang', hang.message]);
  if (settings.reuse === 'by-process') {
    rows.push([
      'Steady need',
      `${countText(forecast.steadyNeed, 'port')} of ${report.pool.size} at once, without failures.`,
    ]);
  }
  return [...rows, ...refusalRows(report, style), ...forecast.remarks.map((remark): Row => ['', remark])];
}

function refusalRows({ forecast, settings }: PortsReport, style: Style): Row[] {
  if (forecast === null) return [];
  const { firstRefusal, exhaustionMs } = forecast;
  if (firstRefusal === null) return [['Forecast', style.green('no open is ever refused for want of a port.')]];
  const open = quantilesText(firstRefusal.open, numberText);
  const ms = quantilesText(firstRefusal.ms, durationText);
  const early = firstRefusal.bound === 'earliest' ? 'at the earliest ' : '';
  const kind = firstRefusal.reason === 'stalled' ? 'a stall, which passes' : 'exhausted';
  const refused: Row = [
    'First refusal',
    style.yellow(`${early}open number ${open}, after ${ms}: error 1721, ${kind}.`),
  ];
  if (exhaustionMs === null) return [refused, ['Exhaustion', 'never: every port comes back.']];
  const exhausted: Row = [
    'Exhaustion',
    style.red(`after ${quantilesText(exhaustionMs, durationText)} no port is left,`),
    style.red('every further open fails or hangs, and only the end of the process gives them back (KB814622).'),
  ];
  return [refused, exhausted, settings.reuse === 'never' ? NEVER_CURE : LEAK_CURE];
}

const LEAK_CURE: Row = [
  'What helps',
  'Windows 2000 Service Pack 4, or the hotfix of KB814622;',
  'one cluster handle that is opened once and shared; or cluster calls in a child process that is replaced in time.',
];

const NEVER_CURE: Row = ['What helps', LEAK_CURE[2] as string];

function neededRows({ needed, settings, pool, forecast }: PortsReport, style: Style): Row[] {
  if (forecast === null) return [];
  if (needed === null) return [['Needed', 'no pool lasts for ever on this machine: give an uptime to get a size.']];
  const { size, range } = needed;
  const time = settings.uptimeMs === null ? 'for good' : `for ${durationText(settings.uptimeMs)}`;
  const sure = settings.failureRate > 0 && settings.onFailure === 'leak' ? ', with a probability of 95 %' : '';
  const count = `${countText(size, 'port')} carry this load ${time}${sure}`;
  if (size <= pool.size) return [['Needed', style.green(`${count}: there are enough.`), ...costLines(pool.size)]];
  if (range === null) return [['Needed', style.red(`${count}: there are not so many.`)]];
  return [['Needed', style.yellow(`${count}, such as ${formatPortRanges([range])}.`), ...costLines(size)]];
}

/** Callbacks come from the server; RPC over TCP is bound to the same list (MSDN, KB154596). */
function costLines(ports: number): readonly string[] {
  return [
    `In the firewall: ${countText(ports, 'hole')} towards each such machine for UDP from the cluster nodes, and as many for TCP.`,
  ];
}
