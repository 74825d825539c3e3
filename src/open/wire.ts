import type { SessionLimits } from '../client/cluster-queries.ts';
import { type ClusterSession, type ClusterTarget, withClose } from '../client/cluster-session.ts';
import { runWithin } from '../client/deadline.ts';
import type { Logon } from '../client/logon.ts';
import { logonFor } from '../client/open-logon.ts';
import { RECONNECT, reconnecting } from '../client/reconnect.ts';
import { RpcClient } from '../client/rpc-client.ts';
import { openTcpSession } from '../client/tcp-session.ts';
import { DIALECT_NAMES, type Dialect } from '../machine/cl/dialects.ts';
import { eachPort, parsePortRanges } from '../ports/ranges.ts';
import { choiceOption, invalidOption } from '../status/options.ts';
import { systemClock } from '../transport/clock.ts';
import type { OpenLimits } from './backend.ts';
import { openEither, openUdp, type WireLimits, type WireTarget } from './either.ts';
import { mapperOf } from './hosts.ts';

export interface WireOptions extends OpenLimits {
  /** Ports that the firewall lets callbacks through to, as `5000-5099,5200`; tried in order. */
  readonly localPorts?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly endpointMapperPort?: number | undefined;
  /**
   * `udp`: ClusAPI 2.0 of Windows NT 4.0 to Server 2003. `tcp`: ClusAPI 3.0 of Server 2008 and later. Default `auto`: what the endpoint
   * mapper has, asked over both at once; UDP where an option needs it.
   */
  readonly transport?: 'auto' | 'udp' | 'tcp' | undefined;
  /** How the datagram client behaves; default `liberal`, which works with every peer. Strictly as Windows or C706 does otherwise. */
  readonly dialect?: Dialect | undefined;
  /** Port of the Cluster service, UDP unless `transport` is tcp: the mapper is not asked. */
  readonly endpoint?: number | undefined;
  readonly resolution?: ClusterTarget['resolution'];
}

/** Opens a cluster with our own RPC. Nothing of it is left after the session, or after any failure. */
export async function openWire(name: string, options: WireOptions = {}): Promise<ClusterSession> {
  const { timeout, stageTimeout, dialect, reconnect = 'none' } = options;
  const open = OPENERS[transportOf(options)];
  if (dialect !== undefined) choiceOption('dialect', dialect, DIALECT_NAMES);
  const as = choiceOption('reconnect', reconnect, RECONNECT);
  let logon: Logon | null | undefined;
  const connect = (to: string, limits: SessionLimits) =>
    runWithin({ clock: systemClock, signal: limits.signal, timeout, what: `opening ${to}` }, async (signal) => {
      const target = await targetOf(to, options);
      logon ??= await logonFor(options);
      const searching = logon?.searches === true ? timeout : (limits.stageTimeout ?? stageTimeout);
      return open({ ...target, ...(logon && { logon }) }, options, { signal, stageTimeout: searching });
    });
  try {
    const first = await connect(name, { signal: options.signal });
    const session = as === 'none' ? first : reconnecting(first, { as, dialled: name, open: connect });
    return withClose(session, () => logon?.wipe());
  } catch (error) {
    logon?.wipe();
    throw error;
  }
}

/** Where the mapper of that name is. */
async function targetOf(name: string, options: WireOptions): Promise<WireTarget> {
  const { endpointMapperPort, localAddress, endpoint, resolution } = options;
  const { host, port: mapperPort } = await mapperOf(name, { port: endpointMapperPort });
  return {
    host,
    mapperPort,
    localAddress,
    ...(endpoint !== undefined && { endpoint }),
    ...(resolution && { resolution }),
  };
}

type Opener = (target: WireTarget, options: WireOptions, limits: WireLimits) => Promise<ClusterSession>;

const OPENERS: Readonly<Record<NonNullable<WireOptions['transport']>, Opener>> = {
  udp: (target, options, limits) => withSocket(target, options, (client) => openUdp(client, target, limits)),
  tcp: (target, _, limits) => openTcpSession(target, limits),
  auto: (target, options, limits) => withSocket(target, options, (client) => openEither(client, target, limits)),
};

/** Throws LocalMisuseError for options that contradict each other. */
function transportOf({ transport = 'auto', localPorts, resolution, endpoint }: WireOptions) {
  choiceOption('transport', transport, ['auto', 'udp', 'tcp']);
  if (transport === 'tcp' && (localPorts !== undefined || resolution !== undefined)) {
    throw invalidOption('localPorts and resolution need transport udp: over TCP nobody is called back or forwarded');
  }
  const datagramsMeant = localPorts !== undefined || resolution !== undefined || endpoint !== undefined;
  return transport === 'auto' && datagramsMeant ? 'udp' : transport;
}

/** With an ordinary UDP port for the time of the session. */
async function withSocket(
  { host, mapperPort, localAddress }: WireTarget,
  { localPorts, dialect }: WireOptions,
  open: (client: RpcClient) => Promise<ClusterSession>,
): Promise<ClusterSession> {
  const client = await RpcClient.open({
    to: { host, port: mapperPort },
    ...(dialect && { dialect }),
    localPorts: localPorts === undefined ? [0] : eachPort(parsePortRanges(localPorts)),
    ...(localAddress !== undefined && { localAddress }),
  });
  try {
    return withClose(await open(client), () => client.close());
  } catch (error) {
    await client.close();
    throw error;
  }
}
