import { bindService, type ClusterSession, type ClusterTarget, openSession } from '../client/cluster-session.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import { reasonOf, STAGES, type StageId } from '../client/stages.ts';
import { findService, openTcpSession, type TcpTarget } from '../client/tcp-session.ts';
import { isClusError } from '../status/errors.ts';
import { heedingRefusals } from './refusals.ts';

export type WireTarget = ClusterTarget & TcpTarget;

export interface WireLimits {
  readonly signal: AbortSignal;
  /** ms for each call. */
  readonly stageTimeout: number | undefined;
}

/** Opens a cluster by ClusAPI 2.0 over a client's socket, which stays its owner's; a refused port ends it at once. */
export function openUdp(client: RpcClient, target: WireTarget, limits: WireLimits): Promise<ClusterSession> {
  const open = (watched: Pick<RpcClient, 'bind'>, signal: AbortSignal) =>
    openSession(watched, target, { ...limits, signal });
  return heedingRefusals(client, limits.signal, open, target.localAddress);
}

/**
 * Opens a cluster by what its host has: the mapper is asked over UDP and TCP at the same time, and the first one that knows the Cluster
 * service decides; the one over TCP may know one that is called over UDP. When neither does, throws the error of the one that came
 * farther.
 */
export async function openEither(client: RpcClient, target: WireTarget, limits: WireLimits): Promise<ClusterSession> {
  const found = new AbortController();
  const signal = AbortSignal.any([limits.signal, found.signal]);
  const byTcp = findService(target, { ...limits, signal }).then(({ over, port: endpoint }) => {
    const open = over === 'tcp' ? openTcpSession : openUdp.bind(null, client);
    return () => open({ ...target, endpoint }, limits);
  });
  const byUdp = portByUdp(client, target, { ...limits, signal }).then(
    (endpoint) => () => openUdp(client, { ...target, endpoint }, limits),
  );
  try {
    const open = await Promise.any([byTcp, byUdp]);
    found.abort(new Error('the other one was first'));
    return await open();
  } catch (error) {
    throw error instanceof AggregateError ? farther(error.errors) : error;
  }
}

async function portByUdp(client: RpcClient, target: WireTarget, limits: WireLimits): Promise<number> {
  const ask = (watched: Pick<RpcClient, 'bind'>, signal: AbortSignal) =>
    bindService(watched, { host: target.host, mapperPort: target.mapperPort }, { ...limits, signal });
  return (await heedingRefusals(client, limits.signal, ask, target.localAddress)).server.port;
}

/** Of two at the same stage, an answer of any kind says more than silence; of two that are silent, the one over UDP. */
function farther([tcp, udp]: unknown[]): unknown {
  const ahead = stageOf(tcp) - stageOf(udp);
  return ahead > 0 || (ahead === 0 && isSilent(udp) && !isSilent(tcp)) ? tcp : udp;
}

function isSilent(error: unknown): boolean {
  return ['silent', 'timeout'].includes(reasonOf(error));
}

function stageOf(error: unknown): number {
  return isClusError(error) ? STAGES.indexOf(error.stage as StageId) : STAGES.length;
}
