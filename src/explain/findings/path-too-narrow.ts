import { effort, isOversize, isUnanswered, ONE_FRAME } from './facts.ts';
import type { CallCase, CallRule, CaptureRule } from './rule.ts';

const ADVICE =
  'Let fragments of IP pass the firewall, or keep PDUs at 1 024 bytes: only Windows from 2000 on goes up to 4 096 ' +
  '([MS-RPCE] note 17), which one Ethernet frame does not hold.';

const TITLE = 'fragments too large for the path';

/** Large datagrams get lost where small ones pass. */
export const pathTooNarrow: CallRule = {
  id: 'path-too-narrow',
  judge(each) {
    const detail = requestLost(each) ?? responseLost(each);
    if (detail === null) return null;
    return {
      severity: 'problem',
      title: TITLE,
      meaning:
        `Datagrams of more than ${ONE_FRAME} bytes travel in fragments of IP, which many firewalls drop. Small calls work, and ` +
        'those with many arguments or results never end.',
      advice: ADVICE,
      detail,
    };
  },
};

function requestLost(each: CallCase): string | null {
  const { call, conversation, name } = each;
  if (call.result === null && call.refusal?.reason === 'fragmentation-needed') {
    return `${name}: ${effort(each)}, up to ${call.request.largest} bytes large; ${call.refusal.by} says that they do not pass unless they are cut`;
  }
  if (!isOversize(each) || !isUnanswered(each) || call.unheardAsks === 0 || conversation.fromServer === 0) return null;
  return `${name}: ${effort(each)}, up to ${call.request.largest} bytes large, no answer; smaller ones were answered`;
}

function responseLost({ call, name }: CallCase): string | null {
  const { response, askedAgain, acknowledged } = call;
  if (response.largest <= ONE_FRAME || askedAgain < 2 || acknowledged) return null;
  return `${name}: results of up to ${response.largest} bytes a datagram, for which the client asked ${askedAgain} times more`;
}

/** Fragments of IP without the rest of their datagram: whether it was RPC stands in the first one. */
export const ipFragmentsMissing: CaptureRule = {
  id: 'path-too-narrow',
  judge({ source: { ipReassembly } }) {
    const count = ipReassembly.timedOut + ipReassembly.unfinished;
    if (count === 0) return [];
    return [
      {
        severity: 'notice',
        title: 'IP fragments without the rest of their datagram',
        meaning:
          'Of some datagrams only a part is in the capture, so that the receiver could not put them together either.',
        advice: ADVICE,
        count,
        examples: [],
      },
    ];
  },
};
