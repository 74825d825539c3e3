import { unanswered } from '../client/cluster-queries.ts';
import { CLOSE_TIMEOUT, type ClusterSession, closingOnce } from '../client/cluster-session.ts';
import { ClusError, isClusError } from '../status/errors.ts';
import { clearTimeout, setTimeout, steadyNow } from '../transport/timers.ts';
import type { ClusterApi, ClusterConnection, ClusterInformation } from '../windows/cluster-api.ts';
import { ffiClusterApi } from '../windows/ffi/ffi-cluster.ts';
import { nativeClusterApi } from '../windows/native-cluster.ts';
import type { OpenLimits } from './backend.ts';

let ffi: ClusterApi | undefined;

/** clusapi.dll as a backend reaches it. Throws ERR_CLUSRPC_UNAVAILABLE_BACKEND where it cannot. */
export function clusterApiFor(backend: 'native' | 'ffi'): ClusterApi {
  if (backend === 'native') return nativeClusterApi();
  // Worker threads belong to it, so there is one for the process.
  ffi ??= ffiClusterApi();
  return ffi;
}

/** As a name: the cluster that this machine is a node of. No name of a cluster is empty. */
export const THIS_NODE = '';

/**
 * Opens a cluster through clusapi.dll and asks it for name and version, as its own tools do. `node` is empty: the DLL
 * does not say which node answered.
 */
export async function openClusapi(
  api: ClusterApi,
  name: string,
  { signal, timeout, stageTimeout }: OpenLimits,
): Promise<ClusterSession> {
  const ends = timeout === undefined ? undefined : steadyNow() + timeout;
  const left = (): number | undefined => (ends === undefined ? undefined : Math.max(0, ends - steadyNow()));
  const connection = await stage(
    'open-cluster',
    api.openCluster(name === THIS_NODE ? null : name, { signal, timeout }),
  );
  try {
    const limits = { signal, timeout: shorter(left(), stageTimeout) };
    return session(connection, await stage('cluster-version', connection.information(limits)));
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
}

function session(connection: ClusterConnection, information: ClusterInformation): ClusterSession {
  const { name, major, minor, build, servicePack, vendor } = information;
  return closingOnce({
    name,
    node: '',
    version: { major, minor, build, servicePack, vendor },
    ...unanswered(notThroughTheDll),
    nodes: ({ signal, stageTimeout } = {}) => connection.nodes({ signal, timeout: stageTimeout }),
    close: ({ timeout = CLOSE_TIMEOUT } = {}) => closeWithin(connection, timeout),
  });
}

function notThroughTheDll(query: string): ClusError {
  return new ClusError(`this version does not ask clusapi.dll for ${query}`, 'ERR_CLUSRPC_UNAVAILABLE_BACKEND', {
    advice: 'Open the cluster with the backend `wire`.',
  });
}

/** The DLL goes on closing after that time; the caller need not wait for a dead server. */
async function closeWithin(connection: ClusterConnection, timeout: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`CloseCluster did not return within ${timeout} ms`)), timeout);
  });
  const closed = connection.close().then(
    () => null,
    (error: unknown) => error,
  );
  const unconfirmed = await Promise.race([closed, late]);
  clearTimeout(timer);
  return unconfirmed;
}

async function stage<T>(id: 'open-cluster' | 'cluster-version', work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isClusError(error)) error.stage ??= id;
    throw error;
  }
}

function shorter(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
