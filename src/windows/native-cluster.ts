import type { Addon, NativeHandle } from './addon.ts';
import { boundedCall, type Settle, type ThreadCall } from './bounded-call.ts';
import { type CallOptions, type ClusterApi, type NativeLanes, type NativeStats, sumStats } from './cluster-api.ts';
import { clusterApi } from './connection.ts';
import { type AddonOptions, loadAddon } from './load-addon.ts';
import { checkedExitWait, checkedThreads } from './thread-settings.ts';

export interface NativeClusterOptions extends AddonOptions {
  /**
   * Threads of the whole process for opens, and as many again for queries and for closes: 1 to 1024. By default as
   * CLUSRPC_THREADS says, else 128, or what an earlier call set.
   */
  readonly threads?: number | undefined;
  /** Milliseconds that the end of the process or of this worker waits for opens and closes under way: 2 000 by default. */
  readonly exitWait?: number | undefined;
}

/** clusapi.dll through the C++ addon. Throws ERR_CLUSRPC_UNAVAILABLE_BACKEND where the addon cannot be loaded. */
export function nativeClusterApi(options: NativeClusterOptions = {}): ClusterApi {
  const threads = checkedThreads(options.threads);
  const exitWait = checkedExitWait(options.exitWait);
  const { addon, file } = loadAddon(options);
  if (threads !== undefined) addon.setThreads(threads);
  if (exitWait !== undefined) addon.setExitWait(exitWait);
  return clusterApiOf(addon, file);
}

function clusterApiOf(addon: Addon, file: string): ClusterApi {
  const call = <T>(
    lane: keyof NativeLanes,
    name: string,
    subject: string,
    start: (settle: Settle<T>) => number,
  ): ThreadCall<T> => ({
    name,
    subject,
    begin: (settle) => {
      const id = start(settle);
      return () => id !== 0 && addon.abandon(id);
    },
    lane: () => addon.stats()[lane],
  });
  return clusterApi<NativeHandle>({
    backend: 'native',
    provider: file,
    open: (name, options) =>
      boundedCall(
        call('open', 'OpenCluster', name ?? '', (settle) => addon.openCluster(name, settle)),
        options,
      ),
    information: (handle, options) =>
      boundedCall(
        call('query', 'GetClusterInformation', '', (settle) => addon.clusterInformation(handle, settle)),
        options,
      ),
    nodes: (handle, options) =>
      boundedCall(
        call('query', 'ClusterEnum', '', (settle) => addon.clusterNodes(handle, settle)),
        options,
      ),
    close: (handle) => boundedCall(call('close', 'CloseCluster', '', (settle) => addon.closeCluster(handle, settle))),
    nodeState: (node, options) =>
      boundedCall(
        call('open', 'GetNodeClusterState', node ?? '', (settle) => addon.nodeClusterState(node, settle)),
        options,
      ),
    stats: () => sumStats(addon.stats()),
  });
}

/** Busy, queued and abandoned calls of this process, by lane. */
export function nativeStats(options: AddonOptions = {}): NativeStats {
  return sumStats(loadAddon(options).addon.stats());
}

/** The FFI backend knows clusapi.dll only. */
const ELSE_FILES = 'or give the facts as files: a registry export, a hive, a system directory';

/** A call of the addon that is not about a cluster. */
export function localCall<T>(
  name: string,
  subject: string,
  options: CallOptions & AddonOptions,
  start: (addon: Addon, settle: Settle<T>) => number,
): Promise<T> {
  const { addon } = loadAddon(options, ELSE_FILES);
  const begin = (settle: Settle<T>): (() => boolean) => {
    const id = start(addon, settle);
    return () => id !== 0 && addon.abandon(id);
  };
  return boundedCall({ name, subject, begin, lane: () => addon.stats().local }, options);
}
