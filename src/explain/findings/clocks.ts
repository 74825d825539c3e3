import { durationWords } from '../words.ts';
import type { CaptureRule } from './rule.ts';

/** Times that run backwards, and answers that stand before their requests. */
export const clocks: CaptureRule = {
  id: 'clocks-differ',
  judge: ({ clocks: { backwards, largestMs, betweenInterfaces, firstFrame }, early }) => [
    ...(backwards === 0
      ? []
      : [
          {
            ...SHARED,
            title: betweenInterfaces > 0 ? 'clocks of interfaces differ' : 'times run backwards',
            meaning:
              `${backwards} packets have times before those of packets before them, by up to ${durationWords(largestMs)}` +
              `${betweenInterfaces > 0 ? `, ${betweenInterfaces} of them of another interface` : ''}; the first is packet ` +
              `${firstFrame}. Durations here are no better than that.`,
            count: backwards,
          },
        ]),
    ...(early === 0
      ? []
      : [
          {
            ...SHARED,
            title: 'answers stand before their requests',
            meaning: `${early} calls were answered before they were asked, as where captures of two clocks were merged by time.`,
            count: early,
          },
        ]),
  ],
};

const SHARED = {
  severity: 'notice',
  advice:
    'Set the clocks of the capturing machines alike (NTP), or shift one file by editcap -t before the two are merged.',
  examples: [],
} as const;
