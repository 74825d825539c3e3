import { notRpc } from '../../client/call-error.ts';
import { foreignDatagram } from '../../machine/call.ts';
import { FaultError, isClusError, RejectError } from '../../status/errors.ts';
import { ncaCode } from '../../status/nca.ts';
import { win32Code } from '../../status/win32.ts';
import { type Asked, ask, type Failed } from '../ask.ts';
import { type Answer, type Check, fail, pass, type Question, skip } from '../check.ts';
import { isServerListening } from '../is-server-listening.ts';
import { describeFailure, failedCall, reasonOfFailure } from '../judge.ts';
import { limitsOf } from '../sockets.ts';
import type { Watch } from '../watch.ts';

/** Does an endpoint mapper answer ept_map? That the interface is not registered is an answer too. */
export const mapperAnswers: Check = async (question) => {
  const { mapping, watch } = question.facts;
  if (mapping === null) return skip('the port of the Cluster service was given');
  const asked = await mapping;
  const answer = judge(asked, question) ?? (await explainSilence(asked as Failed, watch, question));
  await watch?.close();
  return { ...answer, learnt: { watch: null } };
};

/** Null: the RPC socket has heard nothing, so the watch has to tell. */
function judge(asked: Asked<unknown>, question: Question): Answer | null {
  if (asked.ok || isNotRegistered(asked.error)) return pass('an endpoint mapper answers', { asked });
  const { error, trace } = asked;
  if (isOtherServer(error)) {
    return fail('faulted', `what answers speaks RPC but is no endpoint mapper: ${error.message}`, { asked });
  }
  return (trace?.answeredFrom ?? null) === null && !(error instanceof FaultError) ? null : failedCall(asked, question);
}

export function isNotRegistered(error: unknown): boolean {
  return isClusError(error) && error.errno === win32Code('EPT_S_NOT_REGISTERED');
}

function isOtherServer(error: unknown): error is RejectError {
  if (!(error instanceof RejectError)) return false;
  return error.status === ncaCode('nca_s_unk_if') || error.status === ncaCode('nca_s_op_rng_error');
}

/** The question that the connected socket got an answer to, from the RPC socket's own port. */
async function answersHere(question: Question): Promise<boolean> {
  const { mapper } = question.facts;
  if (mapper === null) return false;
  question.budget.startStage();
  const { trace } = await ask(mapper, limitsOf(question), isServerListening);
  return (trace?.answeredFrom ?? null) !== null;
}

/** The connected socket has heard what the RPC socket has not. */
async function explainSilence(asked: Failed, watch: Watch | null, question: Question): Promise<Answer> {
  const first = await watch?.first;
  if (watch === null || first?.kind !== 'datagram') {
    return fail(reasonOfFailure(asked, question), describeFailure(asked, question), { asked });
  }
  const { client } = question.facts;
  if (await watch.isRpc) {
    const port = client?.local.port;
    if (await answersHere(question)) {
      return fail('silent', `an RPC server answers there, but not ept_map; ${describeFailure(asked, question)}`, {
        asked,
        advice:
          'What answers is no endpoint mapper, or one that drops ept_map: give the port of the Cluster service, or take another node.',
      });
    }
    const heard = `answers come back to local port ${watch.local.port} but none to ${port}`;
    return fail('filtered', `${heard}, from which the same was asked; ${describeFailure(asked, question)}`, {
      asked,
      advice: 'A firewall treats the local ports differently: give those that it allows.',
    });
  }
  return fail('faulted', `${notRpc(foreignDatagram(first.datagram))}; ${question.budget}`, { asked });
}
