import type { CaptureRule } from './rule.ts';

/** Fewer are a matter of chance. */
const AT_LEAST = 5;
/** At a loss of 2 % one request or response in 50 is sent again. */
const SHARE = 0.02;

/** So many repetitions that the path, or one end, loses packets. Calls without any answer have other reasons. */
export const packetsLost: CaptureRule = {
  id: 'packets-lost',
  judge({ answered: { messages, retransmissions } }) {
    if (retransmissions < AT_LEAST || retransmissions < SHARE * messages) return [];
    const percent = Math.round((1000 * retransmissions) / messages) / 10;
    return [
      {
        severity: 'notice',
        title: 'packets get lost',
        meaning: `${retransmissions} of ${messages} requests and results of answered calls (${percent} %) were sent again, since no answer came in time.`,
        advice: 'Unless another finding explains them, look for an overloaded link or host.',
        count: retransmissions,
        examples: [],
      },
    ];
  },
};
