import { ClusterClient } from '../../client/cluster-client.ts';
import { isCallbackFailure, isDenied } from '../../client/stages.ts';
import type { CallTrace } from '../../machine/call.ts';
import { RejectError, TransportError } from '../../status/errors.ts';
import { ask, type Failed } from '../ask.ts';
import { type Answer, type Check, fail, pass, type Question, serviceOf, skip, unknown } from '../check.ts';
import { describeFailure, reasonOfFailure } from '../judge.ts';
import { limitsOfLogon } from '../sockets.ts';

/** Does the server's callback get through? The first at-most-once call draws it; two later stages judge the rest of it. */
export const callbackPath: Check = async (question) => {
  const asked = await ask(serviceOf(question), limitsOfLogon(question), (server) => new ClusterClient(server).name());
  const answer = asked.ok ? called(callbacksOf(asked.trace), question) : judge(asked, question);
  return { ...answer, asked, learnt: { firstCall: asked } };
};

function called(callbacks: number, { facts }: Question): Answer {
  if (callbacks === 0) return pass('the server answered without a callback');
  return pass(`the server called back to UDP port ${facts.client?.local.port}`);
}

function judge(asked: Failed, question: Question): Answer {
  const { error, trace } = asked;
  const callbacks = callbacksOf(trace);
  const text = describeFailure(asked, question);
  if (isDenied(error)) return callbacks > 0 ? called(callbacks, question) : skip('refused before any callback');
  if (isCallbackFailure(error)) {
    if (callbacks === 0) return fail('silent', `the server knows of the call but no callback arrives: ${text}`);
    return fail(fromElsewhere(asked, question) ? 'wrong-source' : 'rejected', `${unanswered(callbacks)}: ${text}`);
  }
  if (error instanceof RejectError)
    return callbacks > 0 ? called(callbacks, question) : skip('rejected before any callback');
  if (!(error instanceof TransportError)) return called(callbacks, question);
  // One callback may be answered and the operation be slow; a callback that is repeated has not been answered.
  if (callbacks > 1) return fail(reasonOfFailure(asked, question), `${unanswered(callbacks)}: ${text}`);
  return callbacks === 1 ? called(callbacks, question) : unknown('silent', text);
}

function callbacksOf(trace: CallTrace | null): number {
  return trace?.protocol === 'cl' ? trace.callbacks : 0;
}

function unanswered(callbacks: number): string {
  return `${callbacks === 1 ? 'a callback' : `${callbacks} callbacks`} arrived, but the server does not get the answers`;
}

function fromElsewhere({ trace }: Failed, { facts }: Question): boolean {
  const from = trace?.answeredFrom ?? null;
  return from !== null && from.host !== facts.host;
}
