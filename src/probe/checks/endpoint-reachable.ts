import { isDenied } from '../../client/stages.ts';
import type { Address } from '../../machine/contract.ts';
import { RejectError } from '../../status/errors.ts';
import { ncaCode } from '../../status/nca.ts';
import { type Asked, ask, type Failed } from '../ask.ts';
import { type Answer, type Check, fail, pass, type Question, unknown } from '../check.ts';
import { isServerListening } from '../is-server-listening.ts';
import { describeFailure, failedCall, reasonOfFailure } from '../judge.ts';
import { limitsOf, logonOf, openRpcSocket, openWatch } from '../sockets.ts';
import { localTrouble, troubleAnswer } from '../trouble.ts';
import type { Watch } from '../watch.ts';

/** Does an RPC server answer at the port of the Cluster service? Asked idempotently, so that no callback is needed. */
export const endpointReachable: Check = async (question) => {
  const { settings, facts } = question;
  const port = settings.endpoint ?? facts.port;
  if (port === null) throw new Error('no port is known at this stage');
  const to = { host: facts.host, port };
  const opened = await localTrouble(async () => ({
    client: facts.client ?? (await openRpcSocket(settings, to)),
    watch: await openWatch(question, to),
  }));
  if ('status' in opened) return opened;
  const { client, watch } = opened;
  const service = facts.service ?? client.bind(to, logonOf(question));
  // By nobody: who is to be authenticated is called back first.
  const answer = await decide(ask(client.bind(to), limitsOf(question), isServerListening), watch, to, question);
  await watch.close();
  return { ...answer, learnt: { client, service, port } };
};

async function decide(asking: Promise<Asked<boolean>>, watch: Watch, to: Address, question: Question): Promise<Answer> {
  const trouble = watch.first.then(async (first) => (first.kind === 'trouble' ? first : asking));
  const seen = await Promise.race([trouble, asking]);
  if ('kind' in seen) return troubleAnswer(seen.code, to, {});
  if (seen.ok) {
    if (seen.value) return pass(`an RPC server listens at UDP port ${to.port}`, { asked: seen });
    return fail('rejected', `the server at UDP port ${to.port} says that it is not listening`, { asked: seen });
  }
  if (showsServer(seen.error)) return pass(`an RPC server answers at UDP port ${to.port}`, { asked: seen });
  if ((seen.trace?.answeredFrom ?? null) !== null) return failedCall(seen, question);
  return silent(seen, await watch.first.then(({ kind }) => kind === 'datagram'), question);
}

/** A server that refuses this question to strangers, or does not offer it, is there all the same. */
function showsServer(error: unknown): boolean {
  if (isDenied(error)) return true;
  if (!(error instanceof RejectError)) return false;
  return error.status === ncaCode('nca_s_unk_if') || error.status === ncaCode('nca_s_op_rng_error');
}

/** Behind a mapper that answers, silence is a fault of this port; without one it may be anything. */
function silent(asked: Failed, watchHeard: boolean, question: Question): Answer {
  const text = describeFailure(asked, question);
  if (watchHeard)
    return fail('faulted', `what answers there is not datagram RPC, or not to this port; ${text}`, { asked });
  const reason = reasonOfFailure(asked, question);
  if (question.settings.endpoint === undefined) return fail(reason, text, { asked });
  return unknown(reason, text, { asked, advice: GIVEN_PORT_SILENT });
}

const GIVEN_PORT_SILENT =
  'Over UDP a host that is down, a firewall that drops, and Windows Server 2008 or later, which has no datagram RPC, all look like this: ping the host, allow UDP to that port, ask for its Windows version, and check that the Cluster service still has this port: the mapper tells when it is not given.';
