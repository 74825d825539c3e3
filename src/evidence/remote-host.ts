import { type OpenClusterOptions, openCluster } from '../open/open-cluster.ts';
import type { Fact, PartialEvidence } from './evidence.ts';

/** What a host tells over the wire, which is little: the hotfix, the files and the port configuration are not visible there. */
export async function fromHost(host: string, options: OpenClusterOptions = {}): Promise<PartialEvidence> {
  const cluster = await openCluster(host, options);
  const { node, version } = cluster;
  await cluster.close();
  const source = `ApiGetClusterVersion2 of ${host}`;
  const fact = <T>(value: T): Fact<T>[] => [{ value, source, timeMs: null }];
  const hidden = 'ClusAPI does not tell it';
  return {
    sources: [`host ${host}`],
    ntVersion: fact(`${version.major}.${version.minor}`),
    build: fact(version.build),
    remoteServicePack: fact(version.servicePack),
    computerName: node === '' ? [] : fact(node),
    clusterService: fact(true),
    gaps: ['file versions', 'hotfix registration', 'port configuration'].map((what) => ({
      what,
      source,
      reason: hidden,
    })),
  };
}
