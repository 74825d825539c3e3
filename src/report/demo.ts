import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';
import type { DemoAct, DemoActId, DemoReport } from '../soak/demo.ts';
import type { SoakReport } from '../soak/report.ts';
import type { PageOrigin, Verdict } from './page/page.ts';
import { soakChart } from './soak-chart.ts';
import { soakPage } from './soak-html.ts';
import { PAINT } from './soak-text.ts';
import { rangeText } from './soak-words.ts';
import { countText, durationText, percentText } from './text/figures.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

const TITLES = {
  leak: 'Act 1: Windows 2000 Service Pack 3',
  fixed: 'Act 2: the same load on Service Pack 4',
  stall: 'Act 3: Service Pack 4, back to back',
} as const satisfies Record<DemoActId, string>;

/** What stands before the first act. */
export function demoIntroduction({ recycleAfterMs, ports, poolSize }: DemoScene): string {
  const faster = Math.round(DEFAULT_RECYCLE_AFTER / recycleAfterMs);
  return [
    'KB814622: a program opens and closes a cluster again and again, and some opens fail.',
    `Its machine lets RPC use ${countText(poolSize, 'port')}, ${ports}, as a registry export says. Client, cluster and ports are`,
    `emulated; the RPC between them is real, over UDP. Time runs ${faster} times faster: a closed port recycles`,
    `after ${durationText(recycleAfterMs)} instead of 240 s.`,
  ].join('\n');
}

export interface DemoScene {
  readonly recycleAfterMs: number;
  readonly ports: string;
  readonly poolSize: number;
}

/** One act when it is over: what was done, the ports over time, the forecast beside what happened. */
export function demoActText(act: DemoAct, style: Style = PLAIN, columns?: number): string {
  const chart = soakChart(act.report, { columns, paint: (state, text) => style[PAINT[state]](text) });
  const tone = act.id === 'leak' ? style.red : act.id === 'stall' ? style.yellow : style.green;
  return `${style.bold(TITLES[act.id])}\n\n${chart}\n\n${rowsText(actRows(act), style.bold)}\n${tone(actVerdict(act))}\n`;
}

/** What the three acts together say. */
export function demoVerdict({ acts, asExpected }: DemoReport): string {
  if (!asExpected) return 'This run did not show what KB814622 says: it was ended early, or this machine was too busy.';
  const [leak] = acts;
  const pool = leak?.report.ports.pool ?? 0;
  return [
    `The hang is a leak, not the load: the same opens that took all ${pool} ports of Service Pack 3 leave Service Pack 4 at ease.`,
    'A stall looks alike and is none: opens faster than ports recycle wait on every machine, and it passes.',
    'Where the fix cannot be had: hold one handle open, end the process before its ports are gone, or allow more ports.',
  ].join('\n');
}

export function demoPage(demo: DemoReport, origin: PageOrigin): string {
  const { timesFaster, acts, asExpected } = demo;
  const [first = '', ...others] = demoVerdict(demo).split('\n');
  const pool = acts[0]?.report.ports.pool;
  return soakPage({
    title: 'The port leak of KB814622, shown on an emulated machine',
    verdict: { tone: asExpected ? 'bad' : 'unclear', text: [first, ...others] },
    origin,
    text: [
      `A program opens and closes a cluster again and again${pool === undefined ? '' : `, on a machine that lets RPC use ${countText(pool, 'port')}`}. Client and cluster are emulated; the RPC between them is real, over UDP.`,
      `Everything here runs ${timesFaster} times faster than on Windows: 1 s of these plots is ${durationText(timesFaster * 1_000)} there. All of them have one scale.`,
    ],
    chapters: acts.map((act) => ({
      title: TITLES[act.id],
      verdict: { tone: TONES[act.id], text: [actVerdict(act)] },
      report: act.report,
      rows: actRows(act),
    })),
    timeTitle: `time, ${timesFaster} times faster than on Windows`,
  });
}

const TONES: Readonly<Record<DemoActId, Verdict['tone']>> = { leak: 'bad', fixed: 'good', stall: 'unclear' };

function actRows(act: DemoAct): readonly Row[] {
  return [
    ['Load', actLoad(act.report)],
    ['Forecast', ...forecastLines(act.report)],
    ['Happened', ...happenedLines(act.report)],
    ['At its end', endLine(act)],
  ];
}

function actLoad({ settings }: SoakReport): string {
  const { everyMs, recycleAfterMs, failureRate } = settings;
  const onWindows = durationText((everyMs * DEFAULT_RECYCLE_AFTER) / recycleAfterMs);
  const failing = failureRate === 0 ? 'none fails' : `the server rejects ${percentText(failureRate)} of them`;
  return `one open each ${durationText(everyMs)} (on Windows ${onWindows}), ${failing}`;
}

function forecastLines({ forecast }: SoakReport): readonly string[] {
  const { firstRefusalMs, exhaustionMs } = forecast;
  return [
    firstRefusalMs === null ? 'always a free port' : `no free port ${rangeText(firstRefusalMs)}`,
    exhaustionMs === null ? 'never exhausted' : `exhausted ${rangeText(exhaustionMs)}`,
  ];
}

function happenedLines({ opened, failed, stalls, exhausted }: SoakReport): readonly string[] {
  const counts = `${countText(opened, 'open')} succeeded, ${failed} failed`;
  const stalled =
    stalls.first === null
      ? 'always a free port'
      : `no free port after ${durationText(stalls.first.ms)}, at open ${stalls.first.cycle}; ${countText(stalls.count, 'wait')}, the longest ${durationText(stalls.longestMs)}`;
  if (exhausted === null) return [counts, stalled, 'never exhausted'];
  const { cycle, ms } = exhausted.at;
  return [counts, stalled, `exhausted after ${durationText(ms)}: open ${cycle} hangs for good`];
}

function endLine({ report, afterEnd }: DemoAct): string {
  const { freeBefore, freeAfter, newProgramOpens } = afterEnd;
  const next = newProgramOpens ? '; a new program opens at once' : '';
  return `${freeBefore} of ${report.ports.pool} ports free, and ${freeAfter} when the process has ended${next}`;
}

function actVerdict({ id, report }: DemoAct): string {
  const { ports, ended, stalls } = report;
  if (ended === 'aborted') return 'Ended early.';
  switch (id) {
    case 'leak':
      return ended === 'standstill'
        ? `Every failed open lost its port: all ${ports.leaked} are leaked, and the program hangs until its process ends.`
        : `Failed opens lost ${countText(ports.leaked, 'port')} of ${ports.pool}.`;
    case 'fixed':
      return `Failed opens give their ports back: ${ports.leaked} leaked, and at most ${ports.peak} of ${ports.pool} were taken at once.`;
    case 'stall':
      return `The program waits for ports to recycle, ${countText(stalls.count, 'time')}, and goes on each time: a stall, not a leak.`;
  }
}
