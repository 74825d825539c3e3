import { isMainThread } from 'node:worker_threads';
import { ClusError } from '../../status/errors.ts';
import { boundedCall, type Settle } from '../bounded-call.ts';
import { type CallOptions, type ClusterApi, type ClusterInformation, sumStats } from '../cluster-api.ts';
import { clusterApi } from '../connection.ts';
import { requireWindows } from '../load-addon.ts';
import { bindKernel, FFI_PACKAGES, type FfiPackage, probePackage } from './functions.ts';
import { clusterLibrary } from './library.ts';
import { FfiPool } from './pool.ts';
import type { FfiRequest } from './protocol.ts';

export interface FfiClusterOptions {
  /** Which package; by default ffi-napi where it is installed and loads, else koffi. */
  readonly package?: FfiPackage | undefined;
  /** Worker threads for calls that may hang, each of some megabytes: 8 by default. */
  readonly threads?: number | undefined;
  /** Milliseconds that the end of the process waits for calls under way: 2 000 by default. */
  readonly exitWait?: number | undefined;
}

/** A handle with an identity of its own, so that a lost one is noticed by the garbage collector. */
interface FfiHandle {
  readonly cluster: bigint;
  /** Queries under way, and what waits for their end. */
  users: number;
  idle: (() => void) | undefined;
}

const DEFAULT_THREADS = 8;
const DEFAULT_EXIT_WAIT = 2_000;
const CURRENT_PROCESS = 0xffff_ffff_ffff_ffffn;

/**
 * clusapi.dll through an FFI package, for machines without the addon. Calls run on worker threads of their own. Throws
 * ERR_CLUSRPC_UNAVAILABLE_BACKEND, which says why each package did not serve.
 */
export function ffiClusterApi(options: FfiClusterOptions = {}): ClusterApi {
  requireWindows('The ffi backend');
  const from = options.package ?? chosenPackage();
  // Loaded on this thread too: ffi-napi crashes when the last thread that has loaded it ends, and the end of the process
  // must be able to close.
  const library = clusterLibrary(from);
  const live = new Set<bigint>();
  const lost = new FinalizationRegistry<bigint>((cluster) => closeUnasked(cluster));
  const calls = new FfiPool(from, options.threads ?? DEFAULT_THREADS, (cluster) => closeUnasked(cluster));
  const closers = new FfiPool(from, 1, () => {});

  const closeUnasked = (cluster: bigint): void => {
    live.delete(cluster);
    closers.begin(
      { call: 'CloseCluster', cluster },
      '',
      () => {},
      () => {},
    );
  };
  const run = <T>(pool: FfiPool, request: FfiRequest, subject: string, bounds?: CallOptions, handle?: FfiHandle) =>
    new Promise<T>((resolve, reject) => {
      const begin = (settle: Settle<T>): (() => boolean) => {
        if (handle !== undefined) handle.users++;
        const ended = (): void => {
          if (handle !== undefined && --handle.users === 0) handle.idle?.();
        };
        return pool.begin(request, subject, (e, syscall, value) => settle(e, syscall, value as T), reject, ended);
      };
      boundedCall<T>({ name: request.call, subject, begin, lane: () => pool.stats() }, bounds).then(resolve, reject);
    });
  process.once('exit', (code) => {
    const deadline = performance.now() + (options.exitWait ?? DEFAULT_EXIT_WAIT);
    const { handles, stuck } = calls.drain(deadline);
    const closing = closers.drain(deadline);
    for (const cluster of new Set([...live, ...handles])) library.close(cluster);
    // Node would wait for the threads that still are inside Windows, and that for ever.
    if (isMainThread && stuck + closing.stuck > 0) bindKernel(from).TerminateProcess(CURRENT_PROCESS, code >>> 0);
  });

  return clusterApi<FfiHandle>({
    backend: 'ffi',
    provider: from,
    async open(name, bounds) {
      const cluster = await run<bigint>(calls, { call: 'OpenCluster', name }, name ?? '', bounds);
      const handle: FfiHandle = { cluster, users: 0, idle: undefined };
      live.add(cluster);
      lost.register(handle, cluster, handle);
      return handle;
    },
    information: (handle, bounds) =>
      run<ClusterInformation>(calls, { call: 'GetClusterInformation', cluster: handle.cluster }, '', bounds, handle),
    nodes: (handle, bounds) =>
      run<readonly string[]>(calls, { call: 'ClusterEnum', cluster: handle.cluster }, '', bounds, handle),
    async close(handle) {
      lost.unregister(handle);
      await idle(handle);
      live.delete(handle.cluster);
      await run<void>(closers, { call: 'CloseCluster', cluster: handle.cluster }, '');
    },
    nodeState: (name, bounds) => run<number>(calls, { call: 'GetNodeClusterState', name }, name ?? '', bounds),
    stats: () => sumStats({ cluster: calls.stats(), close: closers.stats(), local: NO_LANE }),
  });
}

const NO_LANE = { size: 0, busy: 0, queued: 0, abandoned: 0, oldest: null } as const;

/** Waits for the queries under way. One that was given up does not keep the process alive, but this close does. */
async function idle(handle: FfiHandle): Promise<void> {
  if (handle.users === 0) return;
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    handle.idle = resolve;
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
