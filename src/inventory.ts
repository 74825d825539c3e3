import type { ClusterVersion } from './client/cluster-client.ts';
import type { ClusterInventory } from './client/cluster-inventory.ts';
import { type OpenClusterOptions, openCluster } from './open/open-cluster.ts';
import { summarize } from './probe/judge.ts';
import type { ErrorSummary, Kb814622 } from './probe/types.ts';
import { kb814622Of } from './probe/verdict.ts';

/** The document `clusrpc/inventory/1`. */
export interface InventoryDocument extends Omit<ClusterInventory, 'unread'> {
  readonly schema: 'clusrpc/inventory/1';
  readonly target: string;
  readonly cluster: { readonly name: string; readonly node: string; readonly version: ClusterVersion };
  /** For programs on the node that answered, by the version that it told. */
  readonly kb814622: Kb814622;
  /** What is listed but could not be read; it is in none of the lists. */
  readonly unread: readonly {
    readonly kind: ClusterInventory['unread'][number]['kind'];
    readonly name: string;
    readonly error: ErrorSummary;
  }[];
}

/**
 * Opens a cluster, reads all that it tells of itself, and closes it. Throws what openCluster throws, and what a call
 * throws whose server falls silent: an inventory is whole, but for what the server refused to tell.
 */
export async function inventory(target: string, options: OpenClusterOptions = {}): Promise<InventoryDocument> {
  const cluster = await openCluster(target, options);
  const { name, node, version } = cluster;
  try {
    const { unread, ...read } = await cluster.inventory({ signal: options.signal, stageTimeout: options.stageTimeout });
    return {
      schema: 'clusrpc/inventory/1',
      target,
      cluster: { name, node, version },
      kb814622: kb814622Of(node === '' ? `the node of ${name} that answered` : node, version),
      ...read,
      unread: unread.map(({ error, ...object }) => ({
        ...object,
        error: summarize(error) as ErrorSummary,
      })),
    };
  } finally {
    await cluster.close();
  }
}
