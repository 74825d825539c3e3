import { openTime, outcomeOf } from '../probe/outcome.ts';
import type { ProbeResult } from '../probe/types.ts';
import { clusterText, OTHER_MACHINE, verdictLine } from './probe-text.ts';
import { countText, durationText } from './text/figures.ts';
import { PLAIN, type Style } from './text/style.ts';
import { tableLines } from './text/table.ts';

/** What `clusrpc probe` prints of several probes: a line each, what is known of the clusters once, and how many went how. */
export function probeListText(results: readonly ProbeResult[], style: Style = PLAIN): string {
  const lines = [
    ...tableLines(['Host', 'Result', 'Time', ''], results.map(row), style),
    '',
    ...verdictLines(results),
    `${style.bold(`${subject(results)}: ${tally(results)}`)}${allWell(results) ? '.' : '. The stages of each: --details.'}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function row(result: ProbeResult): readonly string[] {
  const { target, cycle, cluster, stages, stoppedAt } = result;
  const which = cycle === undefined ? target : `${target} #${cycle}`;
  const stopped = stages.find(({ id }) => id === stoppedAt);
  const ms = durationText(Math.round(stopped?.ms ?? openTime(result)));
  const at = stopped === undefined ? '' : `at ${stopped.id}`;
  return [which, how(result), ms, cluster === null ? at : [at, clusterText(cluster)].filter(Boolean).join(', ')];
}

/** One word: `open`, or what stopped it. */
function how({ stages, stoppedAt, localPorts }: ProbeResult): string {
  const stopped = stages.find(({ id }) => id === stoppedAt);
  if (stopped === undefined)
    return localPorts.length === 0 ? 'open' : `open, ${countText(localPorts.length, 'local port')} not`;
  return stopped.reason ?? (stopped.status === 'unknown' ? 'undecided' : 'failed');
}

function subject(results: readonly ProbeResult[]): string {
  const hosts = countText(new Set(results.map(({ target }) => target)).size, 'host');
  return results.some(({ cycle }) => cycle !== undefined) ? `${hosts}, ${countText(results.length, 'probe')}` : hosts;
}

/** `3 open, 40 silent, 7 refused`, in the order of appearance but for what is open. */
function tally(results: readonly ProbeResult[]): string {
  const counts = new Map([['open', 0]]);
  for (const result of results) {
    const kind = result.stoppedAt === null ? 'open' : how(result);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function allWell(results: readonly ProbeResult[]): boolean {
  return results.every((result) => outcomeOf(result) === 'fine');
}

/** Each verdict once, however many hosts or cycles it was met at. */
function verdictLines(results: readonly ProbeResult[]): readonly string[] {
  const verdicts = new Set(results.flatMap(({ kb814622 }) => (kb814622 === null ? [] : [verdictLine(kb814622)])));
  return verdicts.size === 0 ? [] : [...verdicts, OTHER_MACHINE, ''];
}
