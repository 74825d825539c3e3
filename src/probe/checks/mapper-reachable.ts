import { mapEndpoint } from '../../client/endpoint-mapper.ts';
import { CLUSAPI_V2 } from '../../interface/clusapi/index.ts';
import { ask } from '../ask.ts';
import { type Check, pass, skip, unknown } from '../check.ts';
import { describeFailure } from '../judge.ts';
import { limitsOf, openRpcSocket, openWatch } from '../sockets.ts';
import { localTrouble, troubleAnswer } from '../trouble.ts';

/**
 * Does anything come back from the mapper's port, be it a refusal? Two sockets ask at once: a connected one, which sees
 * refusals, and the RPC socket, which hears answers from other addresses; its question is the next stage's.
 */
export const mapperReachable: Check = async (question) => {
  const { settings, facts } = question;
  if (settings.endpoint !== undefined) return skip('the port of the Cluster service was given');
  const to = { host: facts.host, port: facts.mapperPort };
  const opened = await localTrouble(async () => ({
    client: await openRpcSocket(settings, to),
    watch: await openWatch(question, to),
  }));
  if ('status' in opened) return opened;
  const { client, watch } = opened;
  const mapper = client.bind(to);
  const mapping = ask(mapper, limitsOf(question), (server) => mapEndpoint(server, CLUSAPI_V2));
  const learnt = { client, watch, mapper, mapping };
  const seen = await Promise.race([
    watch.first.then(async (first) => (first.kind === 'nothing' ? mapping : first)),
    mapping,
  ]);
  if ('kind' in seen) {
    if (seen.kind === 'trouble') return troubleAnswer(seen.code, to, learnt);
    return pass(`${to.host} answers at UDP port ${to.port}`, { learnt, answeredFrom: to });
  }
  if (seen.ok || (seen.trace?.answeredFrom ?? null) !== null) {
    return pass(`UDP port ${to.port} answers`, { learnt, asked: { ok: true, value: null, trace: seen.trace } });
  }
  return unknown('silent', describeFailure(seen, question), { learnt, asked: seen });
};
