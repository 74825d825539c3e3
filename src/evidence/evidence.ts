import type { FileVersion } from '../bytes/file-version.ts';
import { foldSimilar } from '../bytes/similar.ts';
import type { RegistryKey } from '../reg/value.ts';

/** One thing that is known, who said it, and how old it is: ms since 1970 UTC, null where the source keeps no time. */
export interface Fact<T> {
  readonly value: T;
  /** For people, and exact: `SYSTEM hive /mnt/WINNT/system32/config/system, ControlSet001\Control\Windows`. */
  readonly source: string;
  readonly timeMs: number | null;
  /** It stands in a key that has nothing of what Windows keeps there, as one that was written by hand to change one value. */
  readonly partial?: true;
}

/** The files that KB814622 replaces. */
export const ARTICLE_FILES = ['ole32.dll', 'rpcrt4.dll', 'rpcss.dll'] as const;
export type ArticleFile = (typeof ARTICLE_FILES)[number];

/** `running` is what a start of the machine loads; the other two are the stores of Windows File Protection and of setup. */
export type FilePlace = 'running' | 'dllcache' | 'service-pack-files';

export interface FileFact {
  readonly name: ArticleFile;
  readonly place: FilePlace;
  readonly path: string;
  /** A source looked, and there is no such file. */
  readonly absent: boolean;
  /** Null when there is no such file, or when it carries no version. */
  readonly version: FileVersion | null;
  /** Bytes; null when there is no such file, or when it cannot be seen. */
  readonly size: number | null;
  readonly modifiedMs: number | null;
  readonly linkedMs: number | null;
  /** Why there is no version. */
  readonly problem: string | null;
}

/** A registration of a hotfix in one of the two key families. */
export interface HotfixKey {
  /** The number of its article, or `Update Rollup 1`. */
  readonly package: string;
  readonly path: string;
  /** `Installed` of the HotFix family; null where the value is not there. */
  readonly installed: number | null;
}

/** A pair of PendingFileRenameOperations; an empty target deletes the file at the next start. */
export interface PendingRename {
  readonly from: string;
  readonly to: string;
}

/** A question that a source was asked and could not answer. */
export interface Gap {
  readonly what: string;
  readonly source: string;
  readonly reason: string;
}

/**
 * Everything that the sources said of one installation. Several facts of one kind may disagree: diagnosis reports that, nothing
 * here decides. An empty list means that no source could say; a fact with the value null means that a source looked and it is not there.
 */
export interface Evidence {
  readonly target: string;
  readonly sources: readonly string[];
  readonly gaps: readonly Gap[];
  readonly warnings: readonly string[];
  readonly computerName: readonly Fact<string>[];
  /** `5.0`. */
  readonly ntVersion: readonly Fact<string>[];
  readonly build: readonly Fact<number>[];
  readonly productName: readonly Fact<string>[];
  /** CSDVersion of CurrentVersion: `Service Pack 4`. */
  readonly csdText: readonly Fact<string | null>[];
  /** CSDVersion of Control\Windows: 0x400. */
  readonly csdNumber: readonly Fact<number | null>[];
  /** What a cluster node says of itself over the wire: `Service Pack 4`, or nothing. */
  readonly remoteServicePack: readonly Fact<string>[];
  /** WinNT, ServerNT, LanmanNT. */
  readonly productType: readonly Fact<string>[];
  readonly productSuite: readonly Fact<readonly string[]>[];
  /** Of the packages that carry the article's files; one fact with null when the families of keys were looked into in vain. */
  readonly hotfixKey: readonly Fact<HotfixKey | null>[];
  readonly files: readonly Fact<FileFact>[];
  readonly pendingRenames: readonly Fact<PendingRename>[];
  /** The key Rpc\Internet with its values as they are; null: the key is not there, ports are dynamic. */
  readonly rpcInternet: readonly Fact<RegistryKey | null>[];
  /** Bind of Services\Rpc\Linkage: the network cards that RPC may use; null: all. */
  readonly linkageBind: readonly Fact<readonly string[] | null>[];
  readonly maxUserPort: readonly Fact<number | null>[];
  readonly reservedPorts: readonly Fact<readonly string[] | null>[];
  /** Whether the cluster service is installed: the machine is a node. */
  readonly clusterService: readonly Fact<boolean>[];
  /** `running`, `stopped`; null: there is no such service. Only a Windows that runs tells it. */
  readonly clusterServiceState: readonly Fact<string | null>[];
  /** ClusterInstallationState of the key Cluster Server ([MS-CMRP] 3.1.3.1); null: this machine never was a node. */
  readonly clusterInstallation: readonly Fact<number | null>[];
}

export function emptyEvidence(target: string): Evidence {
  return {
    target,
    sources: [],
    gaps: [],
    warnings: [],
    computerName: [],
    ntVersion: [],
    build: [],
    productName: [],
    csdText: [],
    csdNumber: [],
    remoteServicePack: [],
    productType: [],
    productSuite: [],
    hotfixKey: [],
    files: [],
    pendingRenames: [],
    rpcInternet: [],
    linkageBind: [],
    maxUserPort: [],
    reservedPorts: [],
    clusterService: [],
    clusterServiceState: [],
    clusterInstallation: [],
  };
}

export type PartialEvidence = Partial<Omit<Evidence, 'target'>>;

/** All facts of all parts, in their order; sources that come twice are named once, and warnings of one kind counted. */
export function mergeEvidence(target: string, parts: readonly PartialEvidence[]): Evidence {
  const whole: Record<string, unknown> = { ...emptyEvidence(target) };
  for (const key of Object.keys(whole)) {
    if (key === 'target') continue;
    whole[key] = parts.flatMap((part) => (part[key as keyof PartialEvidence] ?? []) as readonly unknown[]);
  }
  const merged = whole as unknown as Evidence;
  return { ...merged, sources: [...new Set(merged.sources)], warnings: foldSimilar([...new Set(merged.warnings)]) };
}
