import { CLUSAPI_V2, type ClusapiIdentity } from '../interface/clusapi/index.ts';
import { isClusError, LocalMisuseError } from '../status/errors.ts';
import type { Caller } from './caller.ts';
import { ClusterClient, type ClusterVersion } from './cluster-client.ts';
import { type ClusterQueries, callLimits, queriesOf, type SessionLimits } from './cluster-queries.ts';
import { mapEndpoint } from './endpoint-mapper.ts';
import type { Logon } from './logon.ts';
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
  /** Who calls the Cluster service; the mapper is asked by nobody. */
  readonly logon?: Logon;
}

/** ms that `close` waits for a server that does not answer. */
export const CLOSE_TIMEOUT = 2_000;

/** An open cluster: what clusapi.dll keeps behind an HCLUSTER. Its functions need no `this`. */
export interface ClusterSession extends ClusterQueries {
  readonly name: string;
  /** The node that answered the open; empty where clusapi.dll was asked, which does not say. */
  readonly node: string;
  readonly version: ClusterVersion;
  /** Names of the nodes as they were when it was opened, whom a reconnect may go to; undefined where clusapi.dll was asked. */
  readonly nodeNames?: readonly string[];
  /** Closes it; resolves with the error if that was not confirmed, else null. Never throws, and frees everything local. */
  readonly close: (options?: { readonly timeout?: number }) => Promise<unknown>;
}

/** The session, each of whose questions is asked by `wrap`, which knows its limits and may ask another session. */
export function withQueries(
  session: ClusterSession,
  wrap: <Answer>(ask: (of?: ClusterSession) => Promise<Answer>, limits: SessionLimits) => Promise<Answer>,
): ClusterSession {
  type Question = (...given: unknown[]) => Promise<unknown>;
  const wrapped = Object.entries(session).flatMap(([name, question]) => {
    if (typeof question !== 'function' || name === 'close') return [];
    const asked: Question = (...given) => {
      const limits = given.at(-1);
      return wrap<unknown>(
        (of = session) => (of[name as keyof ClusterSession] as Question)(...given),
        typeof limits === 'object' && limits !== null ? limits : {},
      );
    };
    return [[name, asked]];
  });
  return { ...session, ...Object.fromEntries(wrapped) };
}

/** The session, whose close runs once and which answers nothing afterwards. */
export function closingOnce(session: ClusterSession): ClusterSession {
  let closed: Promise<unknown> | null = null;
  return {
    ...withQueries(session, async (ask) => {
      if (closed !== null) throw new LocalMisuseError(`the handle of ${session.name} is closed`);
      return ask();
    }),
    close: (options) => {
      closed ??= session.close(options);
      return closed;
    },
  };
}

/** The session, and what ends with it. */
export function withClose(session: ClusterSession, end: () => Promise<void> | void): ClusterSession {
  return {
    ...session,
    async close(options) {
      const unconfirmed = await session.close(options);
      await end();
      return unconfirmed;
    },
  };
}

/** A Cluster service, and which version of ClusAPI it is called in. */
export interface ClusterService {
  readonly caller: Caller;
  readonly clusapi: ClusapiIdentity;
}

/** Opens a cluster over a client's socket, which stays its owner's: see openService. */
export async function openSession(
  client: Pick<RpcClient, 'bind'>,
  target: ClusterTarget,
  limits: SessionLimits = {},
): Promise<ClusterSession> {
  return openService({ caller: await bindService(client, target, limits), clusapi: CLUSAPI_V2 }, limits);
}

/**
 * Opens a cluster by what OpenCluster sends ([MS-CMRP] 3.2.3.3): ApiGetClusterName, ApiOpenCluster or ApiOpenClusterEx, ApiCreateEnum
 * for the nodes, and the version. Throws what Caller.call throws, with `stage` and `advice`.
 */
export async function openService({ caller, clusapi }: ClusterService, limits: SessionLimits): Promise<ClusterSession> {
  const call = callLimits(limits);
  const cluster = new ClusterClient(caller, clusapi);
  const identity = await at(firstCallStage, () => cluster.name(call));
  const handle = await at('open-cluster', () => cluster.open(call));
  const close = ({ timeout = CLOSE_TIMEOUT } = {}) =>
    cluster.close(handle, { timeout }).then(
      () => null,
      (error: unknown) => atStage(error, 'close-cluster'),
    );
  try {
    const nodeNames = await at('open-cluster', () => cluster.nodes(call));
    const version = await at('cluster-version', () => cluster.version(call));
    return closingOnce({ ...identity, version, nodeNames, ...queriesOf(cluster, handle), close });
  } catch (error) {
    await close({ timeout: Math.min(limits.stageTimeout ?? CLOSE_TIMEOUT, CLOSE_TIMEOUT) });
    throw error;
  }
}

/** The Cluster service's own port, by the mapper where it is not given. */
export async function bindService(
  client: Pick<RpcClient, 'bind'>,
  target: ClusterTarget,
  limits: SessionLimits = {},
): Promise<Caller> {
  const { host, mapperPort, endpoint, resolution = 'map', logon } = target;
  if (endpoint !== undefined) return client.bind({ host, port: endpoint }, { logon });
  if (resolution === 'forward') return client.bind({ host, port: mapperPort }, { viaMapper: true, logon });
  const mapper = client.bind({ host, port: mapperPort });
  const [tower] = await at(mapperStage, () => mapEndpoint(mapper, CLUSAPI_V2, callLimits(limits)));
  // The tower's address may be 0.0.0.0, or one behind a NAT: the host that was dialled is the one that can be reached.
  return client.bind({ host, port: tower?.port ?? mapperPort }, { logon });
}

/** Runs a part of an open; what it throws of ours says at which stage, and what to do. */
export async function at<T>(stage: StageId | ((error: unknown) => StageId), run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isClusError(error)) throw error;
    throw atStage(error, typeof stage === 'function' ? stage(error) : stage);
  }
}
