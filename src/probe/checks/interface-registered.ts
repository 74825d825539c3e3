import { CLUSAPI_V2 } from '../../interface/clusapi/index.ts';
import { type Check, fail, pass, skip, type Tower } from '../check.ts';
import { logonOf } from '../sockets.ts';

/** Is ClusAPI 2.0 over UDP in the mapper's answer? */
export const interfaceRegistered: Check = async (question) => {
  const { mapping, client, host } = question.facts;
  if (mapping === null || client === null) return skip('the port of the Cluster service was given');
  const asked = await mapping;
  if (!asked.ok) return fail('not-registered', 'the endpoint mapper knows no ClusAPI 2.0 over UDP', { asked });
  const tower = asked.value.find(({ interface: { version } }) => version.major === CLUSAPI_V2.version.major);
  if (tower === undefined || tower.port === null) {
    return fail('not-registered', `the endpoint mapper knows ClusAPI ${versions(asked.value)} only`, { asked });
  }
  const { port } = tower;
  // The tower's address may be 0.0.0.0, or one behind a NAT: the host that was dialled is the one that can be reached.
  return pass(`ClusAPI 2.0 at UDP port ${port}`, {
    asked,
    learnt: { port, service: client.bind({ host, port }, logonOf(question)) },
  });
};

function versions(towers: readonly Tower[]): string {
  return towers.map(({ interface: { version } }) => `${version.major}.${version.minor}`).join(', ');
}
