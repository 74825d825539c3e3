import type { SoakReport, SoakSettings } from '../soak/report.ts';

/** A duration for people: `500 ms`, `1.5 s`, `18 min 20 s`, `3 h 5 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${trimmed(ms)} ms`;
  if (ms < 120_000) return `${trimmed(ms / 1_000)} s`;
  const [large, small, unit, rest] =
    ms < 7_200_000 ? [60, 1, 'min', 's'] : ms < 172_800_000 ? [3_600, 60, 'h', 'min'] : [86_400, 3_600, 'd', 'h'];
  const steps = Math.round(ms / 1_000 / Number(small));
  const perUnit = Number(large) / Number(small);
  const left = steps % perUnit;
  return `${Math.floor(steps / perUnit)} ${unit}${left === 0 ? '' : ` ${left} ${rest}`}`;
}

/** `1 port`, `20 ports`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One open each 24 s, 20 % fail by no-memory. */
export function loadText({ everyMs, holdMs, failureRate, failureKind, concurrency }: SoakSettings): string {
  const parts = [`one open each ${durationText(everyMs)}`];
  if (holdMs > 0) parts.push(`each held for ${durationText(holdMs)}`);
  if (concurrency !== null) parts.push(`at most ${concurrency} at a time`);
  if (failureRate > 0) parts.push(`${trimmed(failureRate * 100)} % fail by ${failureKind}`);
  return parts.join(', ');
}

export type SoakJudgement = 'exhausted' | 'leaking' | 'stalled' | 'failing' | 'fine' | 'nothing';

/** What the run shows, the worst first. */
export function judgeSoak({ settings, cycles, failed, refused, ports, stalls, exhausted }: SoakReport): SoakJudgement {
  if (exhausted !== null) return 'exhausted';
  if (ports.leaked > 0) return 'leaking';
  if (refused > 0 || stalls.count > 0) return 'stalled';
  if (settings.clientProfile === null && failed > 0) return 'failing';
  return cycles === 0 ? 'nothing' : 'fine';
}

/** The judgement in a sentence or two. */
export function verdictText(report: SoakReport): string {
  const { settings, opened, failed, ports, stalls, forecast } = report;
  switch (judgeSoak(report)) {
    case 'exhausted':
      return ports.leaked === ports.pool
        ? `Exhausted: all ${counted(ports.pool, 'port')} leaked. No open succeeds until the process ends, which gives every port back (KB814622).`
        : `Exhausted: no port of this process comes back, ${ports.leaked} of ${ports.pool} because they leaked and the others because none is used twice. Only the end of the process helps.`;
    case 'leaking': {
      const when = forecast.exhaustionMs;
      const end = when === null ? '' : ` At this load the last one goes after about ${durationText(when.p50)}.`;
      return `Leaking: ${ports.leaked} of ${counted(ports.pool, 'port')} are lost until the process ends (KB814622).${end}`;
    }
    case 'stalled':
      return settings.clientProfile === null
        ? 'Stalled: all local ports were in use at once. Name more of them, or open less at a time.'
        : `Stalled, not leaking: the program opens faster than ports recycle, and that passes: each comes back ${durationText(settings.recycleAfterMs)} after its close. The longest stall took ${durationText(stalls.longestMs)}.`;
    case 'failing':
      return opened === 0
        ? `Nothing opened: ${counted(failed, 'open')} failed and none succeeded. \`clusrpc probe ${settings.target}\` says which layer stops it.`
        : `Not fine: ${failed} of ${counted(opened + failed, 'open')} failed. \`clusrpc probe ${settings.target}\` says which layer stops it.`;
    case 'fine':
      return failed === 0
        ? `Fine: all ${counted(opened, 'open')} succeeded, and no port leaked.`
        : `Fine: ${counted(failed, 'open')} failed as told, none was refused, and no port leaked.`;
    case 'nothing':
      return 'The run ended before the first open had an outcome.';
  }
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}
