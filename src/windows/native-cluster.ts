import { LocalMisuseError } from '../status/errors.ts';
import type { Addon, NativeHandle } from './addon.ts';
import { boundedCall, type Settle, type ThreadCall } from './bounded-call.ts';
import { type CallOptions, type ClusterApi, type NativeStats, sumStats } from './cluster-api.ts';
import { clusterApi } from './connection.ts';
import { type AddonOptions, loadAddon } from './load-addon.ts';

export interface NativeClusterOptions extends AddonOptions {
  /** Threads of the whole process for calls that may hang on the network: 1 to 1024, 32 by default. */
  readonly threads?: number | undefined;
  /** Milliseconds that the end of the process waits for opens and closes under way: 2 000 by default. */
  readonly exitWait?: number | undefined;
}

const DEFAULT_THREADS = 32;
const DEFAULT_EXIT_WAIT = 2_000;
const MOST_THREADS = 1_024;
const LONGEST_EXIT_WAIT = 600_000;

/** clusapi.dll through the C++ addon. Throws ERR_CLUSRPC_UNAVAILABLE_BACKEND where the addon cannot be loaded. */
export function nativeClusterApi(options: NativeClusterOptions = {}): ClusterApi {
  const threads = within('threads', options.threads ?? DEFAULT_THREADS, 1, MOST_THREADS);
  const exitWait = within('exitWait', options.exitWait ?? DEFAULT_EXIT_WAIT, 0, LONGEST_EXIT_WAIT);
  const { addon, file } = loadAddon(options);
  addon.configure(threads, exitWait);
  return clusterApiOf(addon, file);
}

/** The same over an addon that is loaded already, or over one that a test made. */
export function clusterApiOf(addon: Addon, file: string): ClusterApi {
  const call = <T>(name: string, subject: string, start: (settle: Settle<T>) => number): ThreadCall<T> => ({
    name,
    subject,
    begin: (settle) => {
      const id = start(settle);
      return () => id !== 0 && addon.abandon(id);
    },
    lane: () => addon.stats().cluster,
  });
  return clusterApi<NativeHandle>({
    backend: 'native',
    provider: file,
    open: (name, options) =>
      boundedCall(
        call('OpenCluster', name ?? '', (settle) => addon.openCluster(name, settle)),
        options,
      ),
    information: (handle, options) =>
      boundedCall(
        call('GetClusterInformation', '', (settle) => addon.clusterInformation(handle, settle)),
        options,
      ),
    nodes: (handle, options) =>
      boundedCall(
        call('ClusterEnum', '', (settle) => addon.clusterNodes(handle, settle)),
        options,
      ),
    close: (handle) => boundedCall(call('CloseCluster', '', (settle) => addon.closeCluster(handle, settle))),
    nodeState: (node, options) =>
      boundedCall(
        call('GetNodeClusterState', node ?? '', (settle) => addon.nodeClusterState(node, settle)),
        options,
      ),
    stats: () => sumStats(addon.stats()),
  });
}

/** Busy, queued and abandoned calls of this process, by lane. */
export function nativeStats(options: AddonOptions = {}): NativeStats {
  return sumStats(loadAddon(options).addon.stats());
}

/** A call of the addon that is not about a cluster. */
export function localCall<T>(
  name: string,
  subject: string,
  options: CallOptions & AddonOptions,
  start: (addon: Addon, settle: Settle<T>) => number,
): Promise<T> {
  const { addon } = loadAddon(options);
  const begin = (settle: Settle<T>): (() => boolean) => {
    const id = start(addon, settle);
    return () => id !== 0 && addon.abandon(id);
  };
  return boundedCall({ name, subject, begin, lane: () => addon.stats().local }, options);
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new LocalMisuseError(`${name} must be a whole number from ${least} to ${most}, not ${value}`, {
    code: 'ERR_CLUSRPC_INVALID_OPTION',
  });
}
