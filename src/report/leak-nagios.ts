import type { NagiosState } from './nagios.ts';
import type { NetstatReport } from './netstat.ts';
import { durationText } from './text/figures.ts';
import type { WatchReport } from './watch.ts';

/** A leak is critical; with these only when so little time is left until no port is, in ms. */
export interface TimeLeft {
  readonly warn?: number | undefined;
  readonly crit?: number | undefined;
}

interface NagiosLine {
  readonly state: NagiosState;
  readonly line: string;
}

/** One line for Nagios of what a series of samples shows. */
export function netstatNagios(report: NetstatReport, limits: TimeLeft = {}): NagiosLine {
  const { leak, lost, everBound, ports, runsOutMs, spanMs } = report;
  const leftMs = runsOutMs === null ? null : runsOutMs.p95 <= spanMs ? 0 : Math.max(0, runsOutMs.p50 - spanMs);
  const metrics = `lost=${lost};;;0;${ports.size} bound=${everBound};;;0;${ports.size}`;
  return lineOf({ leak, leftMs, metrics }, limits);
}

/** The same of a process that was watched. */
export function watchNagios({ verdict, exhaustedAtMs, samples, series }: WatchReport, limits: TimeLeft): NagiosLine {
  const last = samples.at(-1);
  const leftMs = exhaustedAtMs === null || last === undefined ? null : Math.max(0, exhaustedAtMs - last.ms);
  const metrics = [`udp=${last?.udp.length ?? 0};;;0`, ...(series === null ? [] : [`lost=${series.lost};;;0`])].join(
    ' ',
  );
  return lineOf({ leak: LEAK[verdict], leftMs, metrics }, limits);
}

const LEAK = { leaking: 'yes', 'not-leaking': 'no', 'cannot-tell': 'unknown' } as const;

interface Found {
  readonly leak: NetstatReport['leak'];
  /** null: nobody can tell. */
  readonly leftMs: number | null;
  readonly metrics: string;
}

function lineOf({ leak, leftMs, metrics }: Found, limits: TimeLeft): NagiosLine {
  const state = stateOf(leak, leftMs, limits);
  const text =
    leak !== 'yes' || leftMs === null
      ? `leak: ${leak}`
      : leftMs === 0
        ? 'ports leak, and are used up'
        : `ports leak, none is left in ${durationText(leftMs)}`;
  return {
    state,
    line: `CLUSRPC ${state} - ${text} | ${metrics}${leftMs === null ? '' : ` ${leftMetric(leftMs, limits)}`}`,
  };
}

function stateOf(leak: Found['leak'], leftMs: number | null, { warn, crit }: TimeLeft): NagiosState {
  if (leak !== 'yes') return leak === 'no' ? 'OK' : 'UNKNOWN';
  if (warn === undefined && crit === undefined) return 'CRITICAL';
  // A leak without a date is none that may be left alone.
  if (leftMs === null) return 'WARNING';
  if (crit !== undefined && leftMs <= crit) return 'CRITICAL';
  return warn !== undefined && leftMs <= warn ? 'WARNING' : 'OK';
}

/** `7200:` alerts below, as the guidelines for plugins have it. */
function leftMetric(leftMs: number, { warn, crit }: TimeLeft): string {
  const seconds = (ms: number | undefined) => (ms === undefined ? '' : `${Math.round(ms / 1_000)}:`);
  return `left=${Math.round(leftMs / 1_000)}s;${seconds(warn)};${seconds(crit)};0`;
}
