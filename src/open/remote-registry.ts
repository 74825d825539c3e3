import type { SessionLimits } from '../client/cluster-queries.ts';
import { runWithin } from '../client/deadline.ts';
import { logonFor, type OpenLogonOptions } from '../client/open-logon.ts';
import { type RemoteRegistry, readRemoteRegistry } from '../client/remote-registry.ts';
import { systemClock } from '../transport/clock.ts';
import { DEFAULT_STAGE_TIMEOUT } from './backend.ts';
import { mapperOf } from './hosts.ts';

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
  const { signal, timeout, stageTimeout = DEFAULT_STAGE_TIMEOUT, localAddress, endpointMapperPort } = options;
  const what = `reading the registry of ${name}`;
  return runWithin({ clock: systemClock, signal, timeout, what }, async (within) => {
    const { host, port: mapperPort } = await mapperOf(name, { port: endpointMapperPort });
    const logon = await logonFor(options);
    try {
      const target = { host, mapperPort, localAddress, ...(logon && { logon }) };
      return await readRemoteRegistry(target, { signal: within, stageTimeout }, read);
    } finally {
      logon?.wipe();
    }
  });
}
