import type { Fact, PartialEvidence } from './evidence.ts';

/** What a cluster node says of itself through ClusAPI: ApiGetClusterVersion2 and the names around it. */
export interface RemoteVersion {
  readonly node: string | null;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly build: number;
  /** `Service Pack 4`; empty without one. */
  readonly servicePack: string;
}

/** What a host tells over the wire, which is little: the hotfix, the files and the port configuration are not visible there. */
export async function fromHost(host: string, ask: (host: string) => Promise<RemoteVersion>): Promise<PartialEvidence> {
  const version = await ask(host);
  const source = `ApiGetClusterVersion2 of ${host}`;
  const fact = <T>(value: T): Fact<T>[] => [{ value, source, timeMs: null }];
  const hidden = 'ClusAPI does not tell it';
  return {
    sources: [`host ${host}`],
    ntVersion: fact(`${version.majorVersion}.${version.minorVersion}`),
    build: fact(version.build),
    remoteServicePack: fact(version.servicePack),
    computerName: version.node === null ? [] : fact(version.node),
    clusterService: fact(true),
    gaps: ['file versions', 'hotfix registration', 'port configuration'].map((what) => ({
      what,
      source,
      reason: hidden,
    })),
  };
}
