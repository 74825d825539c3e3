import { openTime } from '../probe/outcome.ts';
import type { ProbeResult, StageResult, StageStatus } from '../probe/types.ts';
import { countText, durationText } from './text/figures.ts';
import { PLAIN, type Style } from './text/style.ts';

const MARKS: Readonly<Record<StageStatus, string>> = { pass: '✓', fail: '✗', unknown: '?', skip: '-' };
const ID_WIDTH = 21;
const TIME_WIDTH = 8;

/** What `clusrpc probe` prints of one target for people: a line a stage, what to do, and what is known of the cluster. */
export function probeText(result: ProbeResult, style: Style = PLAIN): string {
  const lines = [
    style.bold(headline(result)),
    ...reached(result).flatMap((stage) => stageLines(stage, style)),
    ...notReachedLines(result, style),
    ...clusterLines(result),
    ...portLines(result, style),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The stages up to the one that stopped it, which all later ones only name. */
function reached({ stages, stoppedAt }: ProbeResult): readonly StageResult[] {
  return stoppedAt === null ? stages : stages.slice(0, stages.findIndex(({ id }) => id === stoppedAt) + 1);
}

function notReachedLines(result: ProbeResult, style: Style): string[] {
  const rest = result.stages.slice(reached(result).length);
  return rest.length === 0 ? [] : [style.dim(`  - not reached: ${rest.map(({ id }) => id).join(', ')}`)];
}

function headline({ target, cycle, transport, stoppedAt, stages, ...result }: ProbeResult): string {
  const which = cycle === undefined ? target : `${target}, cycle ${cycle}`;
  if (stoppedAt === null) {
    const time = durationText(Math.round(openTime({ target, transport, stoppedAt, stages, ...result })));
    return `${which}: opened and closed over ${transport}, open in ${time}`;
  }
  const stopped = stages.find(({ id }) => id === stoppedAt);
  return `${which}: ${stopped?.status === 'unknown' ? 'cannot tell' : 'not opened'}, stopped at ${stoppedAt}`;
}

function stageLines({ id, status, reason, ms, detail, advice }: StageResult, style: Style): string[] {
  const paint = { pass: style.green, fail: style.red, unknown: style.yellow, skip: style.dim }[status];
  const time = status === 'skip' ? '' : `${Math.round(ms)} ms`;
  const text = reason === undefined ? detail : `${reason}: ${detail}`;
  const line = `  ${paint(MARKS[status])} ${id.padEnd(ID_WIDTH)}${time.padStart(TIME_WIDTH)}  ${text}`;
  return [status === 'skip' ? style.dim(line) : line, ...(advice === undefined ? [] : [`    → ${advice}`])];
}

export function clusterLines({ cluster, kb814622 }: Pick<ProbeResult, 'cluster' | 'kb814622'>): string[] {
  if (cluster === null) return [];
  return [
    `  ${clusterText(cluster)}`,
    ...(kb814622 === null ? [] : [`  ${verdictLine(kb814622)}`, `  ${OTHER_MACHINE}`]),
  ];
}

/** `Cluster LAB, node NODE1, Windows 5.0.2195, Service Pack 3` */
export function clusterText({ name, node, version }: NonNullable<ProbeResult['cluster']>): string {
  const known = node === '' ? [`Cluster ${name}`] : [`Cluster ${name}`, `node ${node}`];
  if (version === null) return known.join(', ');
  const { major, minor, build, servicePack, vendor } = version;
  return [...known, `Windows ${major}.${minor}.${build}`, servicePack, vendor].filter((part) => part !== '').join(', ');
}

export function verdictLine({ verdict, appliesTo, because }: NonNullable<ProbeResult['kb814622']>): string {
  return `KB814622: ${verdict} for ${appliesTo}: ${because.join('; ')}.`;
}

export const OTHER_MACHINE =
  'The program that hangs usually runs on another machine: this says nothing about that one.';

function portLines({ localPorts, triedPorts }: ProbeResult, style: Style): string[] {
  if (localPorts.length === 0) {
    return triedPorts === undefined
      ? []
      : [style.green(`  ${countText(triedPorts, 'local port')} tried: all are open.`)];
  }
  return [
    style.red('  Local ports that are not open:'),
    ...localPorts.map(({ port, reason }) => `    ${String(port).padStart(5)}  ${reason}`),
  ];
}
