import { openTime, outcomeOf } from '../probe/outcome.ts';
import type { ProbeResult } from '../probe/types.ts';
import { cleanText, type NagiosState, worstState } from './nagios.ts';

/** ms of the whole open from which on it is too slow. */
export interface NagiosThresholds {
  readonly warn?: number | undefined;
  readonly crit?: number | undefined;
}

/**
 * One line for Nagios and what reads its plugins: `CLUSRPC CRITICAL - CLU1 callback-path: silent | open=12ms;500;2000`. With
 * several results the metrics carry the name of the target, and cycles of one target count by the slowest.
 */
export function probeNagios(
  results: readonly ProbeResult[],
  thresholds: NagiosThresholds = {},
): { readonly state: NagiosState; readonly line: string } {
  if (results.length === 0) return { state: 'UNKNOWN', line: 'CLUSRPC UNKNOWN - nothing was probed' };
  const states = results.map((result) => stateOf(result, thresholds));
  const state = worstState(states);
  const shown = results.filter((_, index) => state === 'OK' || states[index] !== 'OK');
  const text = cleanText(shown.map(sentence).join(', '));
  const measured = metrics(results, thresholds);
  return { state, line: `CLUSRPC ${state} - ${text}${measured === '' ? '' : ` | ${measured}`}` };
}

function stateOf(result: ProbeResult, { warn, crit }: NagiosThresholds): NagiosState {
  const outcome = outcomeOf(result);
  if (outcome === 'unknown') return 'UNKNOWN';
  if (outcome === 'not-fine') return result.stoppedAt === null ? 'WARNING' : 'CRITICAL';
  const ms = openTime(result);
  if (crit !== undefined && ms >= crit) return 'CRITICAL';
  return warn !== undefined && ms >= warn ? 'WARNING' : 'OK';
}

function sentence(result: ProbeResult): string {
  const { target, stages, stoppedAt, localPorts } = result;
  const stopped = stages.find(({ id }) => id === stoppedAt);
  if (stopped !== undefined) return `${target} ${stopped.id}: ${stopped.reason ?? stopped.detail}`;
  if (localPorts.length > 0) return `${target} local ports not open: ${localPorts.map(({ port }) => port).join(' ')}`;
  return `${target} opened in ${Math.round(openTime(result))} ms`;
}

function metrics(results: readonly ProbeResult[], { warn, crit }: NagiosThresholds): string {
  const slowest = new Map<string, number>();
  const targets = new Set(results.map(({ target }) => target));
  for (const result of results) {
    if (result.stoppedAt !== null && result.stoppedAt !== 'close-cluster') continue; // no open, no time of it
    slowest.set(result.target, Math.max(slowest.get(result.target) ?? 0, Math.round(openTime(result))));
  }
  const single = targets.size === 1;
  return [...slowest]
    .map(([target, ms]) => `${single ? 'open' : `'${cleanText(target)} open'`}=${ms}ms;${warn ?? ''};${crit ?? ''}`)
    .join(' ');
}
