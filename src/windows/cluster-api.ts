/**
 * One face of clusapi.dll for both backends: the C++ addon and FFI packages. A name of null is the cluster that this
 * machine is a node of, as OpenCluster(NULL).
 */
export interface ClusterApi {
  readonly backend: 'native' | 'ffi';
  /** What serves the calls: the file of the addon, or the name of the FFI package. */
  readonly provider: string;
  /**
   * OpenCluster. Rejects with Win32Error as Windows says it, with the reason of `signal` when that aborts, with
   * ERR_CLUSRPC_TIMEOUT when the call did not return in time and with ERR_CLUSRPC_NO_FREE_THREAD when it never began.
   * A handle that arrives after a rejection is closed.
   */
  openCluster(name: string | null, options?: CallOptions): Promise<ClusterConnection>;
  /** GetNodeClusterState; the number is one of NODE_CLUSTER_STATES. */
  nodeClusterState(node: string | null, options?: CallOptions): Promise<number>;
  stats(): NativeStats;
}

/**
 * An HCLUSTER. Closed once: by close(), when it is collected, or when the process or the worker ends, whichever comes
 * first. An open of the FFI backend that is under way when its worker is terminated is lost, since no JavaScript sees its
 * end; with 32-bit Node.js the handles of that worker are too.
 */
export interface ClusterConnection {
  readonly backend: 'native' | 'ffi';
  /** GetClusterInformation. LocalMisuseError after close, as all below. */
  information(options?: CallOptions): Promise<ClusterInformation>;
  /** The names of the nodes: ClusterOpenEnum, ClusterEnum, ClusterCloseEnum. */
  nodes(options?: CallOptions): Promise<readonly string[]>;
  /** CloseCluster, after the queries under way. Every caller gets the same promise; Win32Error when Windows refuses. */
  close(): Promise<void>;
}

export interface CallOptions {
  /** Its abort rejects at once with its reason; the call itself goes on, since Windows has no way to take it back. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, waiting for a free thread included. Without it a call may take as long as Windows lets it. */
  readonly timeout?: number | undefined;
}

/** CLUSTERVERSIONINFO with the name of the cluster. `highest` and `lowest` hold a major version in the high word. */
export interface ClusterInformation {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly vendor: string;
  readonly servicePack: string;
  readonly highest: number;
  readonly lowest: number;
  /** 1: nodes of different versions are in the cluster. */
  readonly flags: number;
}

export interface LaneStats {
  /** The most threads that this lane takes. */
  readonly size: number;
  readonly busy: number;
  readonly queued: number;
  /** Busy threads whose caller has given up. */
  readonly abandoned: number;
  readonly oldest: { readonly call: string; readonly subject: string; readonly ms: number } | null;
}

/** Threads are shared out so that what hangs in one lane holds up no other. */
export interface NativeLanes {
  /** OpenCluster and GetNodeClusterState. */
  readonly open: LaneStats;
  /** What is asked of an open handle. */
  readonly query: LaneStats;
  readonly close: LaneStats;
  /** Registry, files and tables. */
  readonly local: LaneStats;
}

export interface NativeStats {
  readonly busy: number;
  readonly queued: number;
  readonly abandoned: number;
  readonly lanes: NativeLanes;
}

/** What to do where LoadLibraryExW finds no clusapi.dll. */
export const NO_CLUSTER_CLIENT = 'Install the Failover Clustering tools of Windows, or use backend wire.';

/** The states of GetNodeClusterState (clusapi.h, NODE_CLUSTER_STATE). */
export const NODE_CLUSTER_STATES = {
  0: 'not-installed',
  1: 'not-configured',
  3: 'not-running',
  19: 'running',
} as const;

export function sumStats(lanes: NativeLanes): NativeStats {
  const all = Object.values(lanes) as readonly LaneStats[];
  const sum = (pick: (lane: LaneStats) => number): number => all.reduce((total, lane) => total + pick(lane), 0);
  return {
    busy: sum((lane) => lane.busy),
    queued: sum((lane) => lane.queued),
    abandoned: sum((lane) => lane.abandoned),
    lanes,
  };
}
