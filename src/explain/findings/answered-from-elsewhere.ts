import { endpointText } from '../words.ts';
import type { CallRule } from './rule.ts';

/** Answers from another host than the one that was asked. */
export const answeredFromElsewhere: CallRule = {
  id: 'answered-from-elsewhere',
  judge({ call, conversation: { asked, answeredFrom, isAnsweredByAsked }, name }) {
    if (asked === null || answeredFrom === null || call.heard === 0) return null;
    // Where both sides of a NAT are in the capture, the answers come from both of its addresses.
    if (isAnsweredByAsked || asked.host === answeredFrom.host) return null;
    const isHarmless = call.result !== null && call.acknowledged;
    return {
      severity: isHarmless ? 'notice' : 'problem',
      title: 'answered from another address',
      meaning:
        'The server has several addresses and answers from another one than was asked. Firewalls that let answers in let only ' +
        'those of the asked address in, and clients may drop the others.',
      advice: 'Ask the server at the address that it answers from, or make its routes symmetric.',
      detail: `${name} to ${endpointText(asked)} was answered from ${endpointText(answeredFrom)}`,
    };
  },
};
