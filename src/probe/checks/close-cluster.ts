import { ask } from '../ask.ts';
import { type Check, clusapiOf, pass, serviceOf, skip } from '../check.ts';
import { failedCall } from '../judge.ts';
import { limitsOf } from '../sockets.ts';

/** Does the server take the handle back (ApiCloseCluster)? */
export const closeCluster: Check = async (question) => {
  const { handle } = question.facts;
  if (handle === null) return skip('no handle is open');
  const learnt = { handle: null };
  const asked = await ask(serviceOf(question), limitsOf(question), (server) =>
    clusapiOf(question, server).close(handle),
  );
  if (!asked.ok) return { ...failedCall(asked, question), learnt };
  return pass('closed', { asked, learnt });
};
