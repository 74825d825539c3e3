import type { LeakJudgement } from '../watch/judge.ts';
import type { PortSample } from '../watch/sample.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

/** One sample as a line. `time` is written by the caller, who knows the clock. */
export function sampleText({ udp, tcp }: PortSample, time: string): string {
  const list = udp.length === 0 ? 'none' : udp.join(' ');
  return `${time}  UDP ${String(udp.length).padStart(4)}  TCP ${String(tcp.length).padStart(4)}  UDP ports ${list}`;
}

const VERDICTS: Readonly<Record<LeakJudgement['verdict'], string>> = {
  leaking: 'it is leaking UDP ports',
  'not-leaking': 'it is not leaking UDP ports',
  'cannot-tell': 'cannot tell',
};

/** What is concluded of a series, for people. `exhaustion` is written by the caller; null: no date. */
export function judgementText(
  { verdict, because }: LeakJudgement,
  exhaustion: string | null,
  style: Style = PLAIN,
): string {
  const paint = { leaking: style.red, 'not-leaking': style.green, 'cannot-tell': style.yellow }[verdict];
  const rows: Row[] = [
    ['Verdict', paint(VERDICTS[verdict])],
    ['Because', ...because],
    ...(exhaustion === null ? [] : [['Exhausted', exhaustion] as const]),
  ];
  return rowsText(rows, style.bold);
}
