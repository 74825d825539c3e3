import {
  ApiAddNotifyCluster,
  ApiCloseNotify,
  ApiCreateNotify,
  ApiGetNotify,
  ApiUnblockGetNotifyCall,
  CLUSTER_CHANGE,
} from '../interface/clusapi/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { ClusterClient, LimitOptions } from './cluster-client.ts';

/** Something that happened in a cluster. */
export interface ClusterChange {
  /** What, such as `group-state`: a name of CLUSTER_CHANGE, or `unknown` for a bit that has none. */
  readonly change: keyof typeof CLUSTER_CHANGE | 'unknown';
  /** Its bit. */
  readonly filter: number;
  /** To which object. */
  readonly name: string;
}

/**
 * What happens in a cluster from the moment on at which it was asked for, one change after the other. `next` waits for one, as long as
 * it takes, and throws what a call throws; `return`, or leaving a `for await`, closes it.
 */
export interface ClusterNotifications extends AsyncIterableIterator<ClusterChange, undefined> {
  /** Gives up a wait, which ends as done, and closes the port. */
  return(): Promise<IteratorResult<ClusterChange, undefined>>;
}

/** Longest wait for the words by which a port is closed, ms. */
const FAREWELL = 2_000;
const EVERYTHING = Object.values(CLUSTER_CHANGE).reduce((mask, bit) => (mask | bit) >>> 0, 0);

/** Opens a notification port for everything that a cluster tells ([MS-CMRP] 3.1.4.1.56 to 66). The signal ends it, with its reason. */
export async function openNotifications(
  client: ClusterClient,
  cluster: ContextHandle,
  options: LimitOptions,
): Promise<ClusterNotifications> {
  const { signal } = options;
  const { handle } = await client.call(ApiCreateNotify, {}, options);
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    const limits = { timeout: options.timeout ?? FAREWELL };
    await client.call(ApiUnblockGetNotifyCall, { handle }, limits).catch(() => {});
    await client.call(ApiCloseNotify, { handle }, limits).catch(() => {});
  };
  const done = { done: true, value: undefined } as const;
  try {
    await client.call(
      ApiAddNotifyCluster,
      { port: handle, handle: cluster, filter: EVERYTHING, notifyKey: 0 },
      options,
    );
  } catch (error) {
    await close();
    throw error;
  }
  const notifications: ClusterNotifications = {
    async next() {
      if (!open) return done;
      try {
        const { filter, name } = await client.call(ApiGetNotify, { handle }, { signal });
        return { done: false, value: { change: nameOf(filter), filter, name: name ?? '' } };
      } catch (error) {
        if (!open && error instanceof Win32Error && error.errno === win32Code('ERROR_NO_MORE_ITEMS')) return done;
        // Nobody who gave up waits for a farewell.
        void close();
        throw error;
      }
    },
    async return() {
      await close();
      return done;
    },
    [Symbol.asyncIterator]: () => notifications,
  };
  return notifications;
}

function nameOf(filter: number): ClusterChange['change'] {
  const names = Object.keys(CLUSTER_CHANGE) as (keyof typeof CLUSTER_CHANGE)[];
  return names.find((each) => CLUSTER_CHANGE[each] === filter) ?? 'unknown';
}
