import { hasFormula } from '../soak/forecast.ts';
import type { ForecastQuantiles, SoakReport, SoakSettings, SoakVariant } from '../soak/report.ts';
import { countText, durationText, numberText, percentText } from './text/figures.ts';

/** One open each 24 s, 20 % fail by no-memory. */
export function loadText({
  everyMs,
  holdMs,
  arrivals,
  burst,
  holds,
  thinkMs,
  traced,
  failureRate,
  failureKind,
  concurrency,
  strategy,
  programs,
}: SoakSettings): string {
  if (traced !== null) return [`${countText(traced, 'open')} of a trace`, ...curesOf(strategy, programs)].join(', ');
  const parts = [
    arrivals === 'bursty'
      ? `${burst} opens at once each ${durationText(burst * everyMs)}`
      : `one open each ${durationText(everyMs)}${arrivals === 'poisson' ? ' on the average, at random' : ''}`,
  ];
  if (holdMs > 0) parts.push(`each held for ${durationText(holdMs)}${HOLD_WORDS[holds]}`);
  if (thinkMs > 0) parts.push(`${durationText(thinkMs)} of thinking after each close`);
  if (concurrency !== null) parts.push(`at most ${concurrency} at a time`);
  if (failureRate > 0) parts.push(`${percentText(failureRate)} fail by ${failureKind}`);
  return [...parts, ...curesOf(strategy, programs)].join(', ');
}

function curesOf(strategy: SoakSettings['strategy'], programs: number): readonly string[] {
  return [
    ...(strategy === 'naive' ? [] : [STRATEGY_WORDS[strategy]]),
    ...(programs > 1 ? [`by each of ${programs} programs`] : []),
  ];
}

const HOLD_WORDS: Readonly<Record<SoakSettings['holds'], string>> = {
  constant: '',
  uniform: ' on the average, up to twice that',
  exponential: ' on the average, exponentially',
};

const STRATEGY_WORDS = {
  'cached-handle': 'through one shared handle',
  gated: 'when a port has come back',
  'recycled-process': 'in processes that are replaced in time',
} as const;

/** `after 12 min to 27 min, most likely 18 min`. */
export function rangeText(quantiles: ForecastQuantiles | null, never = 'never'): string {
  if (quantiles === null) return never;
  const { p05, p50, p95 } = quantiles;
  if (p05 === p95) return `after ${durationText(p50)}`;
  return `after ${durationText(p05)} to ${durationText(p95)}, most likely ${durationText(p50)}`;
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
      return exhaustedText(report);
    case 'leaking': {
      const when = forecast.exhaustionMs;
      const end = when === null ? '' : ` At this load the last one goes after about ${durationText(when.p50)}.`;
      return `Leaking: ${ports.leaked} of ${countText(ports.pool, 'port')} are lost until the process ends (KB814622).${end}`;
    }
    case 'stalled':
      return settings.clientProfile === null
        ? 'Stalled: all local ports were in use at once. Name more of them, or open less at a time.'
        : `Stalled, not leaking: the program opens faster than ports recycle, and that passes: each comes back ${durationText(settings.recycleAfterMs)} after its close. The longest stall took ${durationText(stalls.longestMs)}.`;
    case 'failing':
      return opened === 0
        ? `Nothing opened: ${countText(failed, 'open')} failed and none succeeded. \`clusrpc probe ${settings.target}\` says which layer stops it.`
        : `Not fine: ${failed} of ${countText(opened + failed, 'open')} failed. \`clusrpc probe ${settings.target}\` says which layer stops it.`;
    case 'fine': {
      const lost = report.timeline.some(({ leaked }) => leaked > 0);
      const end = lost ? 'the ports that leaked came back with the end of their process' : 'no port leaked';
      if (report.ended === 'aborted')
        return `Ended early: ${countText(opened, 'open')} succeeded until then, ${failed} failed, and ${end}.`;
      return failed === 0
        ? `Fine: all ${countText(opened, 'open')} succeeded, and ${end}.`
        : `Fine: ${countText(failed, 'open')} failed as told, none was refused, and ${end}.`;
    }
    case 'nothing':
      return 'The run ended before the first open had an outcome.';
  }
}

function exhaustedText({ settings, ports: { leaked, pool } }: SoakReport): string {
  if (leaked < pool)
    return `Exhausted: no port of this process comes back, ${leaked} of ${pool} because they leaked and the others because none is used twice. Only the end of the process helps.`;
  const all = `Exhausted: all ${countText(pool, 'port')} leaked.`;
  return settings.strategy === 'gated'
    ? `${all} Opens that wait for ports cure the stall, not the leak (KB814622): the program learns that no port is left, where it would hang otherwise. Only its end helps.`
    : `${all} No open succeeds until the process ends, which gives every port back (KB814622).`;
}

export const VARIANT_WORDS: Readonly<Record<SoakVariant['id'], string>> = {
  unfixed: 'A machine that leaks',
  fixed: 'A machine with the correction',
  'cached-handle': 'One shared handle',
  gated: 'Opens that wait for ports',
  'recycled-process': 'Processes replaced in time',
};

/** When the last port goes, as it was forecast; empty where nothing was. */
function forecastText({ forecast: { exhaustionMs, simulated }, settings }: SoakReport): string {
  if (simulated === undefined && !hasFormula(settings)) return '';
  if (exhaustionMs === null) return neverText(simulated);
  const { p05, p50, p95 } = exhaustionMs;
  return p05 === p95 ? durationText(p50) : `${durationText(p05)} to ${durationText(p95)}`;
}

/** What it means that nothing is forecast. */
export function neverText(simulated: SoakReport['forecast']['simulated']): string {
  return simulated === undefined ? 'never' : `not within ${countText(simulated.opens, 'open')}`;
}

/** What a run and its variants came to, one row each. */
export function variantRows(report: SoakReport) {
  const all = [
    { name: 'As told', report },
    ...(report.variants ?? []).map((variant) => ({ name: VARIANT_WORDS[variant.id], report: variant.report })),
  ];
  return {
    head: ['With', 'opened', 'failed', 'refused', 'leaked', 'most at once', 'forecast', 'exhausted'],
    rows: all.map(({ name, report: of }) => ({
      report: of,
      cells: [
        name,
        ...[of.opened, of.failed, of.refused, of.ports.leaked, of.ports.peak].map(numberText),
        forecastText(of),
        of.exhausted === null ? 'never' : `after ${durationText(of.exhausted.at.ms)}`,
      ],
    })),
  };
}
