import type { LeakJudgement } from '../watch/judge.ts';
import type { PortSample } from '../watch/sample.ts';
import { durationText } from './text/figures.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';
import type { WatchReport } from './watch.ts';

/** One sample as a line. `time` is written by the caller, who knows the clock. */
export function sampleText({ udp, tcp }: PortSample, time: string): string {
  const list = udp.length === 0 ? 'none' : udp.join(' ');
  return `${time}  UDP ${String(udp.length).padStart(4)}  TCP ${String(tcp.length).padStart(4)}  UDP ports ${list}`;
}

export const VERDICTS: Readonly<Record<LeakJudgement['verdict'], string>> = {
  leaking: 'it is leaking UDP ports',
  'not-leaking': 'it is not leaking UDP ports',
  'cannot-tell': 'cannot tell',
};

/** What is concluded of a series, for people. `time` is written by the caller, who knows the clock. */
export function watchText(report: WatchReport, time: (ms: number) => string, style: Style = PLAIN): string {
  const paint = { leaking: style.red, 'not-leaking': style.green, 'cannot-tell': style.yellow }[report.verdict];
  return rowsText([['Verdict', paint(VERDICTS[report.verdict])], ...watchRows(report, time)], style.bold);
}

/** Why, and what follows, a name and a text each. */
export function watchRows(report: WatchReport, time: (ms: number) => string): readonly Row[] {
  const { verdict, because, exhaustedAtMs, exhaustedBetweenMs, series } = report;
  const neededMs = verdict === 'cannot-tell' ? (series?.neededMs ?? null) : null;
  const rows: Row[] = [['Because', ...because]];
  if (neededMs !== null) rows.push(['To decide', `watch it for ${durationText(neededMs)}`]);
  if (exhaustedAtMs !== null) {
    const about = `about ${time(exhaustedAtMs)}, if it goes on like that`;
    rows.push(['Exhausted', about, ...bandLines(exhaustedBetweenMs, time)]);
  }
  const system = systemLines(report.system, time);
  if (system.length > 0) rows.push(['System', ...system]);
  if (series?.leak === 'yes') {
    rows.push(['Advice', 'End the program before that time: its end gives all ports back (KB814622).']);
  }
  return rows;
}

function systemLines(system: WatchReport['system'], time: (ms: number) => string): readonly string[] {
  if (system === undefined) return [];
  const { counters, events, missing } = system;
  return [
    ...(counters === null
      ? []
      : [
          `UDP datagrams meanwhile: ${counters.received} received, ${counters.noPort} for a port that nobody had, ${counters.errors} in error, ${counters.sent} sent`,
        ]),
    ...(events?.length === 0 ? ['nothing in the system log about ports that could not be had'] : []),
    ...(events ?? []).map(({ id, ms, sentence }) => `event ${id} at ${time(ms)}: ${sentence}`),
    ...missing.map((reason) => `not known: ${reason}`),
  ];
}

function bandLines(band: WatchReport['exhaustedBetweenMs'], time: (ms: number) => string): readonly string[] {
  return band === null ? [] : [`in nine cases of ten between ${time(band.p05)} and ${time(band.p95)}`];
}
