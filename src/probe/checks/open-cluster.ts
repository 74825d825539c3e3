import { ask } from '../ask.ts';
import { type Check, clusapiOf, pass, serviceOf } from '../check.ts';
import { failedCall } from '../judge.ts';
import { limitsOf } from '../sockets.ts';

/** Does ApiOpenCluster give a handle, and ApiCreateEnum the nodes? */
export const openCluster: Check = async (question) => {
  const service = serviceOf(question);
  const opened = await ask(service, limitsOf(question), (server) => clusapiOf(question, server).open());
  if (!opened.ok) return failedCall(opened, question);
  const learnt = { handle: opened.value };
  const nodes = await ask(service, limitsOf(question), (server) => clusapiOf(question, server).nodes());
  if (!nodes.ok) return { ...failedCall(nodes, question), learnt };
  return pass(`nodes ${nodes.value.join(', ')}`, { asked: nodes, learnt });
};
