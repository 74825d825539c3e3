import { endpointText } from '../words.ts';
import { effort, isOversize, isUnanswered } from './facts.ts';
import type { CallRule } from './rule.ts';

const ADVICE =
  'Look whether the host is up, whether its service runs and speaks datagram RPC (Windows from Server 2008 on does not), and ' +
  'whether a firewall drops UDP to or from that port; a capture at the server tells whether the requests arrive.';

/** Requests and nothing back; or a server that had taken the call and is heard no more. */
export const serverSilent: CallRule = {
  id: 'server-silent',
  judge(each) {
    const { call, conversation, name } = each;
    // Of a callback that nobody answers its call is told of; ICMP names a better reason than silence.
    if (call.callback !== null || call.refusal !== null) return null;
    if (!isUnanswered(each) || call.unheardAsks === 0) return null;
    const server = conversation.answeredFrom ?? conversation.asked;
    const where = server === null ? 'the server' : endpointText(server);
    if (call.heard > 0) {
      return {
        severity: 'problem',
        title: 'server fell silent in a call',
        meaning:
          'The server had the request and then said no more, not even to pings. It may have executed the call: an at-most-once ' +
          'call must not simply be repeated.',
        advice: ADVICE,
        detail: `${name} to ${where}: ${call.unheardAsks} pings, cancels or repetitions without a word after the last one of the server`,
      };
    }
    // The same silence with a better reason.
    if (isOversize(each) && conversation.fromServer > 0) return null;
    return {
      severity: 'problem',
      title: conversation.fromServer > 0 ? 'server fell silent' : 'server silent',
      meaning:
        'Requests left and nothing of any kind came back. Over UDP a host that is down, a port that is filtered and a service ' +
        'that is not there look alike.',
      advice: ADVICE,
      detail: `${name} to ${where}: ${effort(each)}, no answer`,
    };
  },
};
