import { ClusterClient } from '../client/cluster-client.ts';
import { mapEndpoint } from '../client/endpoint-mapper.ts';
import { mapConcurrently } from '../client/map-concurrently.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import { isCallbackFailure, type Reason } from '../client/stages.ts';
import { CLUSAPI_V2 } from '../interface/clusapi/index.ts';
import { TransportError } from '../status/errors.ts';
import { systemClock } from '../transport/clock.ts';
import { type Asked, ask } from './ask.ts';
import type { Question } from './check.ts';
import { reasonOfFailure } from './judge.ts';
import { openRpcSocket } from './sockets.ts';
import type { ClosedPort } from './types.ts';

/** Ports tried at the same time: each costs the server one activity and one callback. */
const AT_ONCE = 64;

/**
 * Tries each local port on its own: the mapper, then one at-most-once call, whose callback has to get through to that
 * port. Half of the target's time is for it; the other half is for the stages, which take the open ports first.
 */
export async function tryLocalPorts(
  question: Question,
): Promise<{ readonly closed: readonly ClosedPort[]; readonly order: readonly number[] }> {
  const { settings, budget } = question;
  const ports = settings.localPorts ?? [];
  const half = budget.remainingInAll() / 2;
  const each = Math.min(settings.stageTimeout, half / Math.ceil(ports.length / AT_ONCE));
  const tried = await mapConcurrently(ports, AT_ONCE, (port) => tryPort(port, each, question));
  const closed = tried.filter((result) => result !== null);
  const isClosed = new Set(closed.map(({ port }) => port));
  return { closed, order: [...ports.filter((port) => !isClosed.has(port)), ...closed.map(({ port }) => port)] };
}

/** Null: the port is open. */
async function tryPort(port: number, timeout: number, question: Question): Promise<ClosedPort | null> {
  const { settings, facts } = question;
  const { signal, endpoint } = settings;
  if (signal?.aborted === true) return { port, reason: 'untested' };
  let client: RpcClient;
  try {
    client = await openRpcSocket(settings, { host: facts.host, port: facts.mapperPort }, [port]);
  } catch (error) {
    if (error instanceof TransportError) return { port, reason: 'in-use' };
    throw error;
  }
  try {
    const end = systemClock.now() + timeout;
    const limits = { remaining: () => Math.max(0, end - systemClock.now()), signal };
    const mapping =
      endpoint === undefined
        ? await ask(client.bind({ host: facts.host, port: facts.mapperPort }), limits, (server) =>
            mapEndpoint(server, CLUSAPI_V2),
          )
        : null;
    if (mapping !== null && !mapping.ok) return verdict(port, mapping, question);
    const service = endpoint ?? mapping?.value[0]?.port;
    if (service === undefined || service === null) return null;
    const named = await ask(client.bind({ host: facts.host, port: service }), limits, (server) =>
      new ClusterClient(server).name(),
    );
    return verdict(port, named, question);
  } finally {
    await client.close();
  }
}

/** Any answer to the call itself, a refusal included, has come through the port. */
function verdict(port: number, asked: Asked<unknown>, question: Question): ClosedPort | null {
  if (asked.ok) return null;
  if (question.settings.signal?.aborted === true) return { port, reason: 'untested' };
  const isClosed = isCallbackFailure(asked.error) || asked.error instanceof TransportError;
  const reason: Reason = reasonOfFailure(asked, question);
  return isClosed ? { port, reason } : null;
}
