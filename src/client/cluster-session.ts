import { CLUSAPI_V2 } from '../interface/clusapi/index.ts';
import type { Address } from '../machine/contract.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { isClusError, LocalMisuseError } from '../status/errors.ts';
import type { Caller } from './caller.ts';
import { ClusterClient, type ClusterVersion } from './cluster-client.ts';
import { mapEndpoint } from './endpoint-mapper.ts';
import type { RpcClient } from './rpc-client.ts';
import { atStage, firstCallStage, mapperStage, type StageId } from './stages.ts';

export interface ClusterTarget {
  /** IP address of a node. */
  readonly host: string;
  readonly mapperPort: number;
  /** UDP port of the Cluster service; default: ask the mapper. */
  readonly endpoint?: number;
  /** How an unknown port is found: by ept_map, or by sending the first request to the mapper, which forwards it ([MS-RPCE] 4.5). */
  readonly resolution?: 'map' | 'forward';
}

export interface SessionLimits {
  readonly signal?: AbortSignal | undefined;
  /** ms for each call. */
  readonly stageTimeout?: number | undefined;
}

/** ms that `close` waits for a server that does not answer. */
export const CLOSE_TIMEOUT = 2_000;

/** An open cluster over a client's socket: what clusapi.dll keeps behind an HCLUSTER. The socket stays its owner's. */
export class ClusterSession {
  readonly name: string;
  readonly node: string;
  readonly version: ClusterVersion;
  readonly #binding: Caller;
  readonly #cluster: ClusterClient;
  readonly #handle: ContextHandle;
  #closed: Promise<unknown> | null = null;

  private constructor(identity: Identity, binding: Caller, cluster: ClusterClient, handle: ContextHandle) {
    this.name = identity.name;
    this.node = identity.node;
    this.version = identity.version;
    this.#binding = binding;
    this.#cluster = cluster;
    this.#handle = handle;
  }

  /**
   * What OpenCluster sends ([MS-CMRP] 3.2.3.3): ApiGetClusterName, ApiOpenCluster, ApiCreateEnum for the nodes, and the
   * version. Throws what Caller.call throws, with `stage` and `advice`.
   */
  static async open(client: RpcClient, target: ClusterTarget, limits: SessionLimits = {}): Promise<ClusterSession> {
    const call = { signal: limits.signal, timeout: limits.stageTimeout };
    const binding = await bindService(client, target, limits);
    const cluster = new ClusterClient(binding);
    const { name, node } = await at(firstCallStage, () => cluster.name(call));
    const handle = await at('open-cluster', () => cluster.open(call));
    try {
      await at('open-cluster', () => cluster.nodes(call));
      const version = await at('cluster-version', () => cluster.version(call));
      return new ClusterSession({ name, node, version }, binding, cluster, handle);
    } catch (error) {
      await cluster
        .close(handle, { timeout: Math.min(limits.stageTimeout ?? CLOSE_TIMEOUT, CLOSE_TIMEOUT) })
        .catch(() => {});
      throw error;
    }
  }

  /** The address that answers for the cluster: where a forwarded call has led. */
  get server(): Address {
    return this.#binding.server;
  }

  /** Names of the nodes, asked anew. Throws LocalMisuseError after `close`. */
  nodes(limits: SessionLimits = {}): Promise<readonly string[]> {
    if (this.#closed !== null) throw new LocalMisuseError('the cluster handle is closed');
    return this.#cluster.nodes({ signal: limits.signal, timeout: limits.stageTimeout });
  }

  /** Closes the context handle, once; resolves with the error if the server did not confirm it, else null. Never throws. */
  close({ timeout = CLOSE_TIMEOUT }: { timeout?: number } = {}): Promise<unknown> {
    this.#closed ??= this.#cluster.close(this.#handle, { timeout }).then(
      () => null,
      (error: unknown) => atStage(error, 'close-cluster'),
    );
    return this.#closed;
  }
}

interface Identity {
  readonly name: string;
  readonly node: string;
  readonly version: ClusterVersion;
}

/** The Cluster service's own port, by the mapper where it is not given. */
export async function bindService(
  client: RpcClient,
  target: ClusterTarget,
  limits: SessionLimits = {},
): Promise<Caller> {
  const { host, mapperPort, endpoint, resolution = 'map' } = target;
  if (endpoint !== undefined) return client.bind({ host, port: endpoint });
  if (resolution === 'forward') return client.bind({ host, port: mapperPort }, { viaMapper: true });
  const mapper = client.bind({ host, port: mapperPort });
  const call = { signal: limits.signal, timeout: limits.stageTimeout };
  const [tower] = await at(mapperStage, () => mapEndpoint(mapper, CLUSAPI_V2, call));
  // The tower's address may be 0.0.0.0, or one behind a NAT: the host that was dialled is the one that can be reached.
  return client.bind({ host, port: tower?.port ?? mapperPort });
}

async function at<T>(stage: StageId | ((error: unknown) => StageId), run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isClusError(error)) throw error;
    throw atStage(error, typeof stage === 'function' ? stage(error) : stage);
  }
}
