import { LocalMisuseError } from '../status/errors.ts';
import type { CallOptions, ClusterApi, ClusterConnection, ClusterInformation, NativeStats } from './cluster-api.ts';

/** What a backend brings; `Handle` is the HCLUSTER in its own form. */
export interface RawCluster<Handle> {
  readonly backend: 'native' | 'ffi';
  readonly provider: string;
  open(name: string | null, options?: CallOptions): Promise<Handle>;
  information(handle: Handle, options?: CallOptions): Promise<ClusterInformation>;
  nodes(handle: Handle, options?: CallOptions): Promise<readonly string[]>;
  close(handle: Handle): Promise<void>;
  nodeState(node: string | null, options?: CallOptions): Promise<number>;
  stats(): NativeStats;
}

export function clusterApi<Handle>(raw: RawCluster<Handle>): ClusterApi {
  return {
    backend: raw.backend,
    provider: raw.provider,
    openCluster: async (name, options) => connection(raw, await raw.open(checkedName(name), options)),
    nodeClusterState: async (node, options) => raw.nodeState(checkedName(node), options),
    stats: () => raw.stats(),
  };
}

function connection<Handle>(raw: RawCluster<Handle>, handle: Handle): ClusterConnection {
  let closing: Promise<void> | undefined;
  const refuseAfterClose = (what: string): void => {
    if (closing !== undefined) throw new LocalMisuseError(`${what} after close: the cluster handle is gone`);
  };
  return {
    backend: raw.backend,
    async information(options) {
      refuseAfterClose('information()');
      return raw.information(handle, options);
    },
    async nodes(options) {
      refuseAfterClose('nodes()');
      return raw.nodes(handle, options);
    },
    close() {
      closing ??= raw.close(handle);
      return closing;
    },
  };
}

/** Windows would read such a name up to its NUL and open another cluster than the caller named. */
function checkedName(name: string | null): string | null {
  if (name === null) return null;
  if (typeof name !== 'string' || name.includes('\0')) {
    throw new LocalMisuseError('a cluster name must be text without NUL, or null for the cluster of this machine');
  }
  return name;
}
