import { type OpenClusterOptions, openCluster } from '../open/open-cluster.ts';
import { withRemoteRegistry } from '../open/remote-registry.ts';
import { type ClusError, isClusError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import type { Fact, Gap, PartialEvidence } from './evidence.ts';
import { REGISTRY_PATHS, registryFacts } from './registry-facts.ts';
import { LOCAL_MACHINE, liveView } from './registry-view.ts';
import { shown } from './shown.ts';

/**
 * What a host tells over the wire: its version by ClusAPI, and to a user whom its remote registry lets in, where that is served over
 * TCP, what audit asks of a registry. Throws when it tells neither, and at a refused logon, which is not tried again.
 */
export async function fromHost(host: string, options: OpenClusterOptions = {}): Promise<readonly PartialEvidence[]> {
  const ofCluster = () => clusterFacts(host, options);
  const cluster = await shown('cluster version', `ClusAPI of ${host}`, ofCluster, isClusError);
  if (options.credentials === undefined) {
    if (cluster.refusal !== null) throw cluster.refusal;
    return [cluster.part, { gaps: [gap(host, 'registry', 'the remote registry is open to a named user only')] }];
  }
  if (cluster.refusal?.stage === 'authenticate') throw cluster.refusal;
  const ofRegistry = () => remoteRegistry(host, options);
  const registry = await shown('registry', `registry of ${host}`, ofRegistry, isClusError, reasonOf);
  if (cluster.refusal !== null && registry.refusal !== null)
    throw registry.refusal.stage ? registry.refusal : cluster.refusal;
  return [cluster.part, registry.part];
}

/** Of a registry that is not served at all. */
function reasonOf({ errno, message }: ClusError): string {
  return errno === win32Code('EPT_S_NOT_REGISTERED') ? NO_REGISTRY : message;
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
