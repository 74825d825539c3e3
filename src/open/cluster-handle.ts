import type { ClusterSession } from '../client/cluster-session.ts';
import type { Backend } from './backend.ts';

/** An open cluster. Close it; `await using` does. Its questions throw LocalMisuseError afterwards. */
export interface ClusterHandle extends Omit<ClusterSession, 'close'>, AsyncDisposable {
  /** Which backend serves it. */
  readonly backend: Backend;
  /** Closes the cluster, once, however often it is called. A dead server costs at most `closeTimeout` and throws nothing. */
  close(): Promise<void>;
}

export function clusterHandle(backend: Backend, session: ClusterSession, closeTimeout?: number): ClusterHandle {
  const close = async () => {
    await session.close(closeTimeout === undefined ? {} : { timeout: closeTimeout });
  };
  return { ...session, backend, close, [Symbol.asyncDispose]: close };
}
