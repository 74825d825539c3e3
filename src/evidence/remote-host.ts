import { type OpenClusterOptions, openCluster } from '../open/open-cluster.ts';
import { withRemoteRegistry } from '../open/remote-registry.ts';
import { isClusError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import type { Fact, PartialEvidence } from './evidence.ts';
import { REGISTRY_PATHS, registryFacts } from './registry-facts.ts';
import { LOCAL_MACHINE, liveView } from './registry-view.ts';

/**
 * What a host tells over the wire: its version by ClusAPI, and to a user whom its remote registry lets in, where that is served over
 * TCP, what audit asks of a registry. Throws when it tells neither.
 */
export async function fromHost(host: string, options: OpenClusterOptions = {}): Promise<readonly PartialEvidence[]> {
  const cluster = await shown('cluster version', `ClusAPI of ${host}`, () => clusterFacts(host, options));
  if (options.credentials === undefined) {
    if ('error' in cluster) throw cluster.error;
    return [cluster.part, hidden(host, 'registry', 'the remote registry is open to a named user only')];
  }
  const registry = await shown('registry', `registry of ${host}`, () => remoteRegistry(host, options));
  if ('error' in cluster && 'error' in registry) throw cluster.error;
  return [cluster.part, registry.part];
}

interface Shown {
  readonly part: PartialEvidence;
  readonly error?: unknown;
}

/** What a host does not show is a gap: it may show the rest. */
async function shown(what: string, source: string, read: () => Promise<PartialEvidence>): Promise<Shown> {
  try {
    return { part: await read() };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { part: { gaps: [{ what, source, reason: reasonOf(what, error) }] }, error };
  }
}

function reasonOf(what: string, error: Error & { readonly errno?: number | undefined }): string {
  return what === 'registry' && error.errno === win32Code('EPT_S_NOT_REGISTERED')
    ? 'its endpoint mapper has no remote registry over TCP: the service RemoteRegistry does not run, or offers a named pipe only'
    : error.message;
}

async function clusterFacts(host: string, options: OpenClusterOptions): Promise<PartialEvidence> {
  const cluster = await openCluster(host, options);
  const { node, version } = cluster;
  await cluster.close();
  const source = `ApiGetClusterVersion2 of ${host}`;
  const fact = <T>(value: T): Fact<T>[] => [{ value, source, timeMs: null }];
  return {
    sources: [`host ${host}`],
    ntVersion: fact(`${version.major}.${version.minor}`),
    build: fact(version.build),
    remoteServicePack: fact(version.servicePack),
    computerName: node === '' ? [] : fact(node),
    clusterService: fact(true),
    gaps: hidden(host, 'file versions', 'neither ClusAPI nor the registry tells them').gaps ?? [],
  };
}

function remoteRegistry(host: string, options: OpenClusterOptions): Promise<PartialEvidence> {
  return withRemoteRegistry(host, options, async (registry) => {
    const read = async (path: string) => {
      const values = await registry.values(path.slice(LOCAL_MACHINE.length + 1));
      return values === undefined ? undefined : { values };
    };
    return registryFacts(await liveView(host, read, REGISTRY_PATHS));
  });
}

function hidden(host: string, what: string, reason: string): PartialEvidence {
  return { gaps: [{ what, source: `host ${host}`, reason }] };
}
