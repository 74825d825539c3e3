import type { SessionLimits } from '../client/cluster-queries.ts';
import { runWithin } from '../client/deadline.ts';
import { ENDPOINT_MAPPER_PORT } from '../client/endpoint-mapper.ts';
import { logonFor, type OpenLogonOptions } from '../client/open-logon.ts';
import { RemoteRegistry } from '../client/remote-registry.ts';
import { resolveHost } from '../client/resolve.ts';
import { atStage, isDenied } from '../client/stages.ts';
import { connectTcp, mappedTcpPort } from '../client/tcp-session.ts';
import { WINREG } from '../interface/winreg/index.ts';
import { systemClock } from '../transport/clock.ts';
import { DEFAULT_STAGE_TIMEOUT } from './backend.ts';
import { mapperFromEnvironment } from './hosts.ts';

/** Whose registry, and as whom. */
export interface RemoteRegistryOptions extends SessionLimits, OpenLogonOptions {
  readonly endpointMapperPort?: number | undefined;
  readonly localAddress?: string | undefined;
  /** ms for all that is read. */
  readonly timeout?: number | undefined;
}

/**
 * Reads the registry of another machine over TCP, as its Remote Registry service offers it. Windows serves it over TCP since Server 2008
 * at the earliest; an older one, or one that offers a named pipe only, has it not registered (Win32Error EPT_S_NOT_REGISTERED). Nothing is left open.
 */
export async function withRemoteRegistry<T>(
  name: string,
  options: RemoteRegistryOptions,
  read: (registry: RemoteRegistry) => Promise<T>,
): Promise<T> {
  const { signal, timeout, stageTimeout = DEFAULT_STAGE_TIMEOUT, localAddress } = options;
  const known = mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS);
  const what = `reading the registry of ${name}`;
  return runWithin({ clock: systemClock, signal, timeout, what }, async (within) => {
    const limits = { signal: within, stageTimeout };
    const mapperPort = options.endpointMapperPort ?? known?.port ?? ENDPOINT_MAPPER_PORT;
    const target = { host: await resolveHost(known?.host ?? name), mapperPort, localAddress };
    const port = await mappedTcpPort(target, WINREG, limits);
    const logon = await logonFor(options);
    try {
      await using connection = await connectTcp(target, port, limits, logon ?? undefined);
      const registry = await RemoteRegistry.open(connection, limits).catch((error: unknown) => {
        throw isDenied(error) ? atStage(error, 'authenticate') : error;
      });
      return await read(registry);
    } finally {
      logon?.wipe();
    }
  });
}
