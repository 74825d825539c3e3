import { type OpenClusterOptions, openCluster } from '../open/open-cluster.ts';
import { withRemoteRegistry } from '../open/remote-registry.ts';
import { type ClusError, isClusError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import type { Fact, Gap, PartialEvidence } from './evidence.ts';
import { REGISTRY_PATHS, registryFacts } from './registry-facts.ts';
import { LOCAL_MACHINE, liveView } from './registry-view.ts';

/**
 * What a host tells over the wire: its version by ClusAPI, and to a user whom its remote registry lets in, where that is served over
 * TCP, what audit asks of a registry. Throws when it tells neither, and at a refused logon, which is not tried again.
 */
export async function fromHost(host: string, options: OpenClusterOptions = {}): Promise<readonly PartialEvidence[]> {
  const cluster = await shown('cluster version', `ClusAPI of ${host}`, () => clusterFacts(host, options));
  if (options.credentials === undefined) {
    if (cluster.error !== null) throw cluster.error;
    return [cluster.part, { gaps: [gap(host, 'registry', 'the remote registry is open to a named user only')] }];
  }
  if (cluster.error?.stage === 'authenticate') throw cluster.error;
  const registry = await shown('registry', `registry of ${host}`, () => remoteRegistry(host, options));
  if (cluster.error !== null && registry.error !== null) throw registry.error.stage ? registry.error : cluster.error;
  return [cluster.part, registry.part];
}

interface Shown {
  readonly part: PartialEvidence;
  readonly error: ClusError | null;
}

/** What a host does not show is a gap: it may show the rest. */
async function shown(what: string, source: string, read: () => Promise<PartialEvidence>): Promise<Shown> {
  try {
    return { part: await read(), error: null };
  } catch (error) {
    if (!isClusError(error)) throw error;
    const unregistered = what === 'registry' && error.errno === win32Code('EPT_S_NOT_REGISTERED');
    return { part: { gaps: [{ what, source, reason: unregistered ? NO_REGISTRY : error.message }] }, error };
  }
}

const NO_REGISTRY =
  'its endpoint mapper has no remote registry over TCP: the service RemoteRegistry does not run, or offers a named pipe only';

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
    gaps: [gap(host, 'file versions', 'neither ClusAPI nor the registry tells them')],
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

function gap(host: string, what: string, reason: string): Gap {
  return { what, source: `host ${host}`, reason };
}
