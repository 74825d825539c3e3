import { isGone } from './facts.ts';
import type { CallRule } from './rule.ts';

/** Results that are sent again and again to a client that says nothing any more. */
export const clientGone: CallRule = {
  id: 'client-gone',
  judge({ call, name }) {
    if (!isGone(call)) return null;
    const { response, clientRefusal } = call;
    const said = clientRefusal === null ? '' : `; ${clientRefusal.by} says that nothing listens there any more`;
    return {
      severity: 'notice',
      title: 'client gone',
      meaning:
        'The server sent its result again, since no acknowledgement came, and the client never asked for it: a program that ' +
        'waits for a result would. It ended, or gave the call up, before the result came.',
      advice: 'Nothing is to be done at the network; see why the program ended in the middle of a call.',
      detail: `${name}: the result was sent ${response.retransmissions + response.fragments.size} times${said}`,
    };
  },
};
