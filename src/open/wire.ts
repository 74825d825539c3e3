import { type ClusterSession, type ClusterTarget, openSession, withClose } from '../client/cluster-session.ts';
import { runWithin } from '../client/deadline.ts';
import { ENDPOINT_MAPPER_PORT } from '../client/endpoint-mapper.ts';
import { type AuthLevel, type Credentials, Logon } from '../client/logon.ts';
import { resolveHost } from '../client/resolve.ts';
import { RpcClient } from '../client/rpc-client.ts';
import { eachPort, parsePortRanges } from '../ports/ranges.ts';
import { systemClock } from '../transport/clock.ts';
import type { OpenLimits } from './backend.ts';
import { mapperFromEnvironment } from './hosts.ts';
import { heedingRefusals } from './refusals.ts';

export interface WireOptions extends OpenLimits {
  /** Ports that the firewall lets callbacks through to, as `5000-5099,5200`; tried in order. */
  readonly localPorts?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly endpointMapperPort?: number | undefined;
  /** UDP port of the Cluster service: the mapper is not asked. */
  readonly endpoint?: number | undefined;
  readonly resolution?: ClusterTarget['resolution'];
  /** Who opens it; default: nobody, which a real cluster refuses. */
  readonly credentials?: Credentials | undefined;
  /** How calls are protected; default integrity. */
  readonly authLevel?: AuthLevel | undefined;
  /** Answer as NTLMv1, for servers that know nothing else. */
  readonly ntlmV1?: boolean | undefined;
}

/** Opens a cluster with our own RPC: an ordinary port for the time of the session, closed after any failure too. */
export async function openWire(name: string, options: WireOptions = {}): Promise<ClusterSession> {
  const { signal, timeout, stageTimeout, localPorts, localAddress, endpoint, resolution, credentials } = options;
  const known = mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS);
  const ports = localPorts === undefined ? [0] : eachPort(parsePortRanges(localPorts));
  return runWithin({ clock: systemClock, signal, timeout, what: `opening ${name}` }, async (within) => {
    const host = await resolveHost(known?.host ?? name);
    const logon =
      credentials && (await Logon.prepare({ credentials, level: options.authLevel, version1: options.ntlmV1 }));
    const mapperPort = options.endpointMapperPort ?? known?.port ?? ENDPOINT_MAPPER_PORT;
    const client = await RpcClient.open({
      to: { host, port: mapperPort },
      localPorts: ports,
      ...(localAddress !== undefined && { localAddress }),
    });
    const end = async (): Promise<void> => {
      await client.close();
      logon?.wipe();
    };
    try {
      const target = {
        host,
        mapperPort,
        ...(endpoint !== undefined && { endpoint }),
        ...(resolution && { resolution }),
        ...(logon && { logon }),
      };
      const open = (watched: Pick<RpcClient, 'bind'>, signal: AbortSignal) =>
        openSession(watched, target, { signal, stageTimeout });
      return withClose(await heedingRefusals(client, within, open, localAddress), end);
    } catch (error) {
      await end();
      throw error;
    }
  });
}
