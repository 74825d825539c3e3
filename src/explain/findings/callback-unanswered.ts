import { ncaCode } from '../../status/nca.ts';
import { durationWords, endpointText } from '../words.ts';
import { isUnanswered } from './facts.ts';
import type { CallCase, CallRule } from './rule.ts';

const WHO_ARE_YOU_FAILED = ncaCode('nca_s_who_are_you_failed');

const MEANING =
  'Before the server runs the first at-most-once call of a client it asks back who that client is, by a request of its own to ' +
  "the client's port. That callback got no answer, so the call cannot go on: a firewall lets requests out and no callback in, " +
  'or that port of the client is closed.';

const ADVICE =
  'Let UDP from the server, whatever its port, in to the RPC ports of the client (HKLM\\Software\\Microsoft\\Rpc\\Internet), ' +
  'not only answers from the port that was asked.';

/** The firewall lets requests out and no callback in (C706 9.5.5, [MS-RPCE] 3.2.3.4.3). */
export const callbackUnanswered: CallRule = {
  id: 'callback-unanswered',
  judge(call) {
    const detail = seen(call) ?? notSeen(call);
    if (detail === null) return null;
    return { severity: 'problem', title: 'callback unanswered', meaning: MEANING, advice: ADVICE, detail };
  },
};

/** The callback is in the capture, as where it was taken on the server's side of the firewall. */
function seen({ call, conversation, name, nowMs, settings }: CallCase): string | null {
  const [first] = call.callbacks;
  if (first === undefined || call.result?.kind === 'response') return null;
  if (call.callbacks.some(({ answeredMs }) => answeredMs !== null)) return null;
  if (call.result === null && nowMs - first.startMs <= settings.patienceMs) return null;
  const sent = call.callbacks.reduce((sum, each) => sum + each.sent, 0);
  const over = durationWords(call.lastMs - first.startMs);
  const refusal = call.callbacks.find((each) => each.refusal !== null)?.refusal ?? null;
  const why = refusal === null ? 'no answer came' : `${refusal.by} said ${refusal.reason.replace('-', ' ')}`;
  return `${name}: ${first.operation} to ${endpointText(conversation.client)} was sent ${sent} times in ${over}, and ${why}`;
}

/** The callback was lost before the place of the capture: the server says so, or is there and never comes to an end. */
function notSeen(each: CallCase): string | null {
  const { call, conversation, name } = each;
  if (call.callbackCount > 0) return null;
  if (call.result?.kind === 'reject' && call.result.status === WHO_ARE_YOU_FAILED) {
    return `${name}: the server gave up its callback to ${endpointText(conversation.client)}, which is not in this capture`;
  }
  const waits = call.workings + call.serverFacks > 0 && call.response.fragments.size === 0;
  if (!waits || !call.firstOfActivity || call.semantics !== 'at-most-once' || call.authentication !== null) return null;
  const hasWaited = call.lastMs - call.startMs > each.settings.patienceMs;
  if (!isUnanswered(each) && !(call.result === null && hasWaited)) return null;
  return `${name}: the server has the request and asks for no more, but no callback arrives at ${endpointText(conversation.client)}`;
}
