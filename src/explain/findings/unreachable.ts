import type { IcmpReason } from '../../capture/icmp.ts';
import { endpointText } from '../words.ts';
import type { CallRule } from './rule.ts';

interface Words {
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
}

/** A request that is too large is told of by the rule of narrow paths. */
const WORDS: Readonly<Record<Exclude<IcmpReason, 'fragmentation-needed'>, Words>> = {
  'port-unreachable': {
    title: 'port unreachable',
    meaning: 'The host is there and says that nothing listens at that UDP port, or a firewall says so in its name.',
    advice:
      'See whether the service runs and speaks datagram RPC (Windows from Server 2008 on does not for clusters). A port that the ' +
      'endpoint mapper told before a restart is void: ask it anew.',
  },
  'host-unreachable': {
    title: 'host unreachable',
    meaning:
      'A router on the way has no way to the host, or the host does not answer for its address on its own network.',
    advice: 'See whether the host is up, and look at the routes from the router that says so.',
  },
  prohibited: {
    title: 'prohibited by a filter',
    meaning: 'A router or firewall on the way refuses the datagrams by its rules, and says so.',
    advice: 'Let UDP from the client to that port, and from the server back, through the filter that says so.',
  },
  'time-exceeded': {
    title: 'lost in a circle',
    meaning: 'Datagrams went through so many routers that the last one dropped them, or were never put together.',
    advice: 'Look for a circle in the routes between the two hosts.',
  },
};

/** What ICMP answered in the place of the server (RFC 792, RFC 4443). */
export const unreachable: CallRule = {
  id: 'unreachable',
  judge({ call: { result, callback, refusal }, conversation: { asked }, name }) {
    if (result !== null || callback !== null || refusal === null || refusal.reason === 'fragmentation-needed')
      return null;
    const { reason, by, frame, count } = refusal;
    const where = asked === null ? 'the server' : endpointText(asked);
    return {
      severity: 'problem',
      ...WORDS[reason],
      detail: `${name} to ${where}: ${by} said so ${count === 1 ? 'once' : `${count} times`}, first in packet ${frame}`,
    };
  },
};
