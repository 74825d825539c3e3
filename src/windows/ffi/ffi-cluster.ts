import { isMainThread } from 'node:worker_threads';
import { ClusError } from '../../status/errors.ts';
import { boundedCall, type Settle } from '../bounded-call.ts';
import { type CallOptions, type ClusterApi, type ClusterInformation, sumStats } from '../cluster-api.ts';
import { clusterApi } from '../connection.ts';
import { requireWindows } from '../load-addon.ts';
import { checkedExitWait, checkedThreads, threadsFromEnvironment } from '../thread-settings.ts';
import { bindKernel, FFI_PACKAGES, type FfiPackage, probePackage } from './functions.ts';
import { closeLast } from './last-closes.ts';
import { FfiPool } from './pool.ts';
import type { FfiRequest } from './protocol.ts';
import { closesAtThreadEnd } from './thread-end.ts';

export interface FfiClusterOptions {
  /** Which package; by default ffi-napi where it is installed and loads, else koffi. */
  readonly package?: FfiPackage | undefined;
  /** Worker threads for opens, each of some megabytes: as CLUSRPC_THREADS says, else 8. Up to 8 serve queries, 4 closes. */
  readonly threads?: number | undefined;
  /** Milliseconds that the end of the process waits for calls under way: 2 000 by default. */
  readonly exitWait?: number | undefined;
}

/** Queries of a handle that are under way, and what waits for their end. */
interface Use {
  users: number;
  idle: (() => void) | undefined;
}

/** A handle with an identity of its own, so that a lost one is noticed by the garbage collector. */
interface FfiHandle {
  readonly cluster: bigint;
  readonly use: Use;
}

const DEFAULT_THREADS = 8;
const QUERY_THREADS = 8;
const CLOSE_THREADS = 4;
const DEFAULT_EXIT_WAIT = 2_000;
const CURRENT_PROCESS = 0xffff_ffff_ffff_ffffn;

/**
 * clusapi.dll through an FFI package, for machines without the addon. Calls run on worker threads of their own. Throws
 * ERR_CLUSRPC_UNAVAILABLE_BACKEND, which says why each package did not serve.
 */
export function ffiClusterApi(options: FfiClusterOptions = {}): ClusterApi {
  requireWindows('The ffi backend');
  const threads = checkedThreads(options.threads) ?? threadsFromEnvironment() ?? DEFAULT_THREADS;
  const exitWait = checkedExitWait(options.exitWait) ?? DEFAULT_EXIT_WAIT;
  const from = options.package ?? chosenPackage();
  // Loaded on this thread too: ffi-napi crashes when the last thread that has loaded it ends.
  const kernel = bindKernel(from);
  const atThreadEnd = isMainThread ? null : closesAtThreadEnd(kernel);
  const live = new Map<bigint, Use>();
  const lost = new FinalizationRegistry<bigint>((cluster) => orphan(cluster));
  const opens = new FfiPool(from, threads, (cluster) => orphan(cluster));
  const queries = new FfiPool(from, Math.min(threads, QUERY_THREADS));
  const closers = new FfiPool(from, CLOSE_THREADS);

  const forget = (cluster: bigint): void => {
    live.delete(cluster);
    atThreadEnd?.forget(cluster);
  };
  let orphan = (cluster: bigint): void => {
    forget(cluster);
    const request = { call: 'CloseCluster', cluster } as const;
    closers.begin(request, '', ignore, ignore);
  };
  const run = <T>(pool: FfiPool, request: FfiRequest, subject: string, bounds?: CallOptions, use?: Use) =>
    new Promise<T>((resolve, reject) => {
      const begin = (settle: Settle<T>): (() => boolean) => {
        if (use !== undefined) use.users++;
        const ended = (): void => {
          if (use !== undefined && --use.users === 0) use.idle?.();
        };
        return pool.begin(
          request,
          subject,
          (e, syscall, value, said) => settle(e, syscall, value as T, said),
          reject,
          ended,
        );
      };
      boundedCall<T>({ name: request.call, subject, begin, lane: () => pool.stats() }, bounds).then(resolve, reject);
    });
  process.once('exit', (code) => {
    const deadline = performance.now() + exitWait;
    const closes: ((deadline: number) => number)[] = [];
    const close = (clusters: readonly bigint[]): void => {
      for (const cluster of clusters) forget(cluster);
      // A new thread takes its time to load the library, so that is for when all others are inside calls.
      const idle = [closers, queries, opens].flatMap((pool) => pool.idle());
      closes.push(closeLast(idle.length > 0 || clusters.length === 0 ? idle : closers.start(), clusters));
    };
    orphan = (cluster) => close([cluster]);
    for (const pool of [opens, queries]) pool.withdraw();
    const idle = [...live].filter(([, { users }]) => users === 0).map(([cluster]) => cluster);
    close([...idle, ...closers.withdraw().flatMap(clusterOf)]);
    const asking = queries.drain(deadline);
    const inUse = new Set(asking.flatMap(clusterOf));
    close([...live.keys()].filter((cluster) => !inUse.has(cluster)));
    const stuck = asking.length + opens.drain(deadline).length + closers.drain(deadline).length;
    const closing = closes.reduce((sum, wait) => sum + wait(deadline), 0);
    // Node would wait for the threads that still are inside Windows, and that for ever.
    if (isMainThread && stuck + closing > 0) kernel.TerminateProcess(CURRENT_PROCESS, code >>> 0);
  });

  return clusterApi<FfiHandle>({
    backend: 'ffi',
    provider: from,
    async open(name, bounds) {
      const cluster = await run<bigint>(opens, { call: 'OpenCluster', name }, name ?? '', bounds);
      const handle: FfiHandle = { cluster, use: { users: 0, idle: undefined } };
      live.set(cluster, handle.use);
      atThreadEnd?.close(cluster);
      lost.register(handle, cluster, handle);
      return handle;
    },
    information: ({ cluster, use }, bounds) =>
      run<ClusterInformation>(queries, { call: 'GetClusterInformation', cluster }, '', bounds, use),
    nodes: ({ cluster, use }, bounds) =>
      run<readonly string[]>(queries, { call: 'ClusterEnum', cluster }, '', bounds, use),
    async close(handle) {
      lost.unregister(handle);
      await idle(handle.use);
      forget(handle.cluster);
      await run<void>(closers, { call: 'CloseCluster', cluster: handle.cluster }, '');
    },
    nodeState: (name, bounds) => run<number>(opens, { call: 'GetNodeClusterState', name }, name ?? '', bounds),
    stats: () => sumStats({ open: opens.stats(), query: queries.stats(), close: closers.stats(), local: NO_LANE }),
  });
}

function ignore(): void {}

function clusterOf(request: FfiRequest): readonly bigint[] {
  return 'cluster' in request ? [request.cluster] : [];
}

const NO_LANE = { size: 0, busy: 0, queued: 0, abandoned: 0, oldest: null } as const;

/** Waits for the queries under way. One that was given up does not keep the process alive, but this close does. */
async function idle(use: Use): Promise<void> {
  if (use.users === 0) return;
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    use.idle = resolve;
  });
  clearInterval(alive);
}

function chosenPackage(): FfiPackage {
  const probes = FFI_PACKAGES.map(probePackage);
  const usable = probes.find(({ problem }) => problem === null);
  if (usable !== undefined) return usable.name;
  throw new ClusError(
    `No FFI package serves: ${probes.map(({ name, problem }) => `${name}: ${problem}`).join('; ')}`,
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    { advice: 'Install koffi (`npm install koffi`), which needs no compiler, or use the native backend.' },
  );
}
