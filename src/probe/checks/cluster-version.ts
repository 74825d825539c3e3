import { ask } from '../ask.ts';
import { type Check, clusapiOf, pass, serviceOf } from '../check.ts';
import { failedCall } from '../judge.ts';
import { limitsOf } from '../sockets.ts';

/** Which Windows runs the node (ApiGetClusterVersion2, on Windows NT 4.0 SP3 ApiGetClusterVersion)? */
export const clusterVersion: Check = async (question) => {
  const asked = await ask(serviceOf(question), limitsOf(question), (server) => clusapiOf(question, server).version());
  if (!asked.ok) return failedCall(asked, question);
  const { major, minor, build, servicePack } = asked.value;
  const text = [`${major}.${minor}.${build}`, ...(servicePack === '' ? [] : [servicePack])].join(' ');
  return pass(text, { asked, learnt: { version: asked.value } });
};
