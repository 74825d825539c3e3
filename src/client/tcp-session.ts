import { CLUSAPI_V2, CLUSAPI_V3, type ClusapiIdentity } from '../interface/clusapi/index.ts';
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
  const service = await at('endpoint-reachable', () => connect(target, port, limits, target.logon));
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
  return at(mapperStage, () => withMapper(target, limits, (mapper) => mappedPort(mapper, target, CLUSAPI_V3, limits)));
}

/** Which ClusAPI the endpoint mapper has, asked over TCP: 3.0, or else 2.0, whose port is for UDP. */
export function findService(
  target: TcpTarget,
  limits: SessionLimits,
): Promise<{ readonly over: 'tcp' | 'udp'; readonly port: number }> {
  return at(mapperStage, () =>
    withMapper(target, limits, async (mapper) => {
      const port = (clusapi: ClusapiIdentity) => mappedPort(mapper, target, clusapi, limits);
      try {
        return { over: 'tcp', port: await port(CLUSAPI_V3) };
      } catch (error) {
        if (reasonOf(error) !== 'not-registered') throw error;
        return { over: 'udp', port: await port(CLUSAPI_V2) };
      }
    }),
  );
}

async function withMapper<T>(
  target: TcpTarget,
  limits: SessionLimits,
  ask: (mapper: Caller) => Promise<T>,
): Promise<T> {
  await using mapper = await connect(target, target.mapperPort, limits);
  return await ask(mapper);
}

/** The tower's address may be 0.0.0.0, or one behind a NAT: the host that was dialled is the one that can be reached. */
async function mappedPort(
  mapper: Caller,
  { mapperPort }: TcpTarget,
  clusapi: ClusapiIdentity,
  limits: SessionLimits,
): Promise<number> {
  const protocol = clusapi.version.major === 3 ? 'ncacn_ip_tcp' : 'ncadg_ip_udp';
  const [tower] = await mapEndpoint(mapper, clusapi, { ...callLimits(limits), protocol });
  return tower?.port ?? mapperPort;
}

function connect({ host, localAddress, network }: TcpTarget, port: number, limits: SessionLimits, logon?: Logon) {
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
