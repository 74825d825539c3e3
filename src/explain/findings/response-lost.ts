import { ONE_FRAME } from './facts.ts';
import type { CallRule } from './rule.ts';

/** One ping may cross a response on its way; two mean that it did not arrive. */
const LOST = 2;

/** Executed, with the result in the capture, and a client that goes on asking for it. */
export const responseLost: CallRule = {
  id: 'response-lost',
  judge({ call, name }) {
    const { result, askedAgain, acknowledged, response } = call;
    if (result === null || askedAgain === 0 || response.largest > ONE_FRAME) return null;
    const detail = `${name}: after its ${result.kind} the client asked ${askedAgain} times more, and it was sent again ${response.retransmissions} times`;
    if (acknowledged || askedAgain < LOST) {
      if (response.retransmissions === 0) return null;
      return {
        severity: 'notice',
        title: 'result had to be sent again',
        meaning: 'A result was lost on its way and arrived when it was sent again. Nothing is wrong but the delay.',
        advice: 'Where this comes often, look for loss between server and client.',
        detail,
      };
    }
    return {
      severity: 'problem',
      title: 'executed, but the result was lost',
      meaning:
        'The server executed the call and answered; the client never showed that it has the answer, and goes on asking. Its ' +
        'program sees a failure of a call that was made: an at-most-once call must not simply be repeated.',
      advice: 'Look for what drops datagrams from the server to the client behind the place of this capture.',
      detail,
    };
  },
};
