import { CLUSAPI_V2, CLUSAPI_V3 } from '../interface/clusapi/index.ts';
import type { InterfaceId } from '../machine/call.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import type { Caller } from './caller.ts';
import { callLimits, type SessionLimits } from './cluster-queries.ts';
import { at, type ClusterSession, type ClusterTarget, openService, withClose } from './cluster-session.ts';
import { mapEndpoint } from './endpoint-mapper.ts';
import type { Logon } from './logon.ts';
import { RpcConnection } from './rpc-connection.ts';
import { mapperStage, reasonOf } from './stages.ts';

export interface TcpTarget extends Omit<ClusterTarget, 'resolution'> {
  readonly localAddress?: string | undefined;
  /** Default: TCP of this machine. */
  readonly network?: StreamNetwork;
}

/**
 * Opens a cluster by ClusAPI 3.0 over TCP: one connection to the mapper, where the port is not given, and one to the Cluster service,
 * which is kept until the session is closed. Throws as openService does.
 */
export async function openTcpSession(target: TcpTarget, limits: SessionLimits = {}): Promise<ClusterSession> {
  const port = await tcpServicePort(target, limits);
  const service = await at('endpoint-reachable', () => connectTcp(target, port, limits, target.logon));
  try {
    const session = await openService({ caller: service, clusapi: CLUSAPI_V3 }, limits);
    return withClose(session, () => service.close());
  } catch (error) {
    await service.close();
    throw error;
  }
}

async function tcpServicePort(target: TcpTarget, limits: SessionLimits): Promise<number> {
  if (target.endpoint !== undefined) return target.endpoint;
  return at(mapperStage, () => mappedTcpPort(target, CLUSAPI_V3, limits));
}

/** The port where an interface is served over TCP, by the endpoint mapper. Throws Win32Error EPT_S_NOT_REGISTERED when it is not. */
export function mappedTcpPort(target: TcpTarget, interfaceId: InterfaceId, limits: SessionLimits): Promise<number> {
  return withMapper(target, limits, (mapper) => mappedPort(mapper, target, interfaceId, limits, 'ncacn_ip_tcp'));
}

/** Which ClusAPI the endpoint mapper has, asked over TCP: 3.0, or else 2.0, whose port is for UDP. */
export function findService(
  target: TcpTarget,
  limits: SessionLimits,
): Promise<{ readonly over: 'tcp' | 'udp'; readonly port: number }> {
  return at(mapperStage, () =>
    withMapper(target, limits, async (mapper) => {
      try {
        return { over: 'tcp', port: await mappedPort(mapper, target, CLUSAPI_V3, limits, 'ncacn_ip_tcp') };
      } catch (error) {
        if (reasonOf(error) !== 'not-registered') throw error;
        return { over: 'udp', port: await mappedPort(mapper, target, CLUSAPI_V2, limits, 'ncadg_ip_udp') };
      }
    }),
  );
}

async function withMapper<T>(
  target: TcpTarget,
  limits: SessionLimits,
  ask: (mapper: Caller) => Promise<T>,
): Promise<T> {
  await using mapper = await connectTcp(target, target.mapperPort, limits);
  return await ask(mapper);
}

/** The tower's address may be 0.0.0.0, or one behind a NAT: the host that was dialled is the one that can be reached. */
async function mappedPort(
  mapper: Caller,
  { mapperPort }: TcpTarget,
  interfaceId: InterfaceId,
  limits: SessionLimits,
  protocol: 'ncacn_ip_tcp' | 'ncadg_ip_udp',
): Promise<number> {
  const [tower] = await mapEndpoint(mapper, interfaceId, { ...callLimits(limits), protocol });
  return tower?.port ?? mapperPort;
}

/** One connection to that port of the host. */
export function connectTcp(
  { host, localAddress, network }: TcpTarget,
  port: number,
  limits: SessionLimits,
  logon?: Logon,
) {
  const { signal, stageTimeout } = limits;
  return RpcConnection.open({
    to: { host, port },
    logon,
    localAddress,
    timeout: stageTimeout,
    signal,
    ...(network && { network }),
  });
}
