import { type Check, fail, firstCallOf, pass } from '../check.ts';
import { failedCall } from '../judge.ts';

/** What is the cluster called, and which node answers (ApiGetClusterName)? */
export const clusterName: Check = (question) => {
  const asked = firstCallOf(question);
  if (!asked.ok) return failedCall(asked, question);
  const { name, node } = asked.value;
  if (name === '') return fail('no-name', 'the server told an empty cluster name', { asked });
  return pass(`cluster ${name}, node ${node}`, { asked });
};
