import { CLUSTER_ENUM } from '../interface/clusapi/index.ts';
import type { ClusError } from '../status/errors.ts';
import { type ClusterClient, isRefusal, type LimitOptions, type QuorumResource } from './cluster-client.ts';
import type {
  ClusterObjects,
  GroupInfo,
  NetInterfaceInfo,
  NetworkInfo,
  NodeInfo,
  ObjectKind,
  ResourceInfo,
} from './cluster-objects.ts';
import { mapConcurrently } from './map-concurrently.ts';

/** Everything that a cluster tells of itself, in the server's order. */
export interface ClusterInventory {
  readonly nodes: readonly NodeInfo[];
  readonly groups: readonly GroupInfo[];
  readonly resources: readonly ResourceInfo[];
  readonly networks: readonly NetworkInfo[];
  readonly netInterfaces: readonly NetInterfaceInfo[];
  readonly resourceTypes: readonly string[];
  /** Null: the server did not tell. */
  readonly quorum: QuorumResource | null;
  /** What is listed but could not be asked: deleted meanwhile, or denied. It is not in the lists above. */
  readonly unread: readonly {
    readonly kind: ObjectKind | 'quorum';
    readonly name: string;
    readonly error: ClusError;
  }[];
}

/** Objects that are asked at the same time: each needs a call after the other, and the server has more to do. */
const AT_ONCE = 8;

/**
 * Everything that can be read of a cluster: one enumeration for all names, then every object by itself. An object that the server
 * refuses is listed as unread; any other failure ends it.
 */
export async function readInventory(
  client: ClusterClient,
  objects: ClusterObjects,
  options: LimitOptions = {},
): Promise<ClusterInventory> {
  const { internalNetwork: _, ...all } = CLUSTER_ENUM;
  const entries = await client.enumerate(
    Object.values(all).reduce((mask, bit) => mask | bit, 0),
    options,
  );
  const named = (kind: keyof typeof all) => entries.filter(({ type }) => type === all[kind]).map(({ name }) => name);
  const unread: ClusterInventory['unread'][number][] = [];
  const readable = async <T>(kind: ObjectKind | 'quorum', name: string, ask: () => Promise<T>): Promise<T | null> => {
    try {
      return await ask();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      unread.push({ kind, name, error });
      return null;
    }
  };
  const each = async <T>(kind: ObjectKind, ask: (name: string) => Promise<T>): Promise<T[]> => {
    const read = await mapConcurrently(named(kind), AT_ONCE, (name) => readable(kind, name, () => ask(name)));
    return read.filter((object) => object !== null);
  };
  return {
    nodes: await each('node', (name) => objects.node(name, options)),
    groups: await each('group', (name) => objects.group(name, options)),
    resources: await each('resource', (name) => objects.resource(name, options)),
    networks: await each('network', (name) => objects.network(name, options)),
    netInterfaces: await each('netInterface', (name) => objects.netInterface(name, options)),
    resourceTypes: named('resourceType'),
    quorum: await readable('quorum', '', () => client.quorum(options)),
    unread,
  };
}
