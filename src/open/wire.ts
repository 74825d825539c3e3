import { type ClusterSession, type ClusterTarget, openSession, withClose } from '../client/cluster-session.ts';
import { runWithin } from '../client/deadline.ts';
import { ENDPOINT_MAPPER_PORT } from '../client/endpoint-mapper.ts';
import { resolveHost } from '../client/resolve.ts';
import { RpcClient } from '../client/rpc-client.ts';
import { eachPort, parsePortRanges } from '../ports/ranges.ts';
import { systemClock } from '../transport/clock.ts';
import type { OpenLimits } from './backend.ts';
import { mapperFromEnvironment } from './hosts.ts';

export interface WireOptions extends OpenLimits {
  /** Ports that the firewall lets callbacks through to, as `5000-5099,5200`; tried in order. */
  readonly localPorts?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly endpointMapperPort?: number | undefined;
  /** UDP port of the Cluster service: the mapper is not asked. */
  readonly endpoint?: number | undefined;
  readonly resolution?: ClusterTarget['resolution'];
}

/** Opens a cluster with our own RPC: an ordinary port for the time of the session, closed after any failure too. */
export async function openWire(name: string, options: WireOptions = {}): Promise<ClusterSession> {
  const { signal, timeout, stageTimeout, localPorts, localAddress, endpoint, resolution } = options;
  const known = mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS);
  const ports = localPorts === undefined ? [0] : eachPort(parsePortRanges(localPorts));
  return runWithin({ clock: systemClock, signal, timeout, what: `opening ${name}` }, async (within) => {
    const host = await resolveHost(known?.host ?? name);
    const mapperPort = options.endpointMapperPort ?? known?.port ?? ENDPOINT_MAPPER_PORT;
    const client = await RpcClient.open({
      to: { host, port: mapperPort },
      localPorts: ports,
      ...(localAddress !== undefined && { localAddress }),
    });
    try {
      const target = {
        host,
        mapperPort,
        ...(endpoint !== undefined && { endpoint }),
        ...(resolution && { resolution }),
      };
      const session = await openSession(client, target, { signal: within, stageTimeout });
      return withClose(session, () => client.close());
    } catch (error) {
      await client.close();
      throw error;
    }
  });
}
