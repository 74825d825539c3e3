import type { ClusterVersion } from '../client/cluster-client.ts';
import type { SessionLimits } from '../client/cluster-session.ts';
import { LocalMisuseError } from '../status/errors.ts';
import type { Backend, BackendSession } from './backend.ts';

/** An open cluster. Close it once; `await using` does. */
export class ClusterHandle {
  readonly name: string;
  /** The node that answered; empty with `native` and `ffi`, where clusapi.dll does not say. */
  readonly node: string;
  readonly version: ClusterVersion;
  /** Which backend serves it. */
  readonly backend: Backend;
  readonly #session: BackendSession;
  readonly #closeTimeout: number | undefined;
  #closing: Promise<void> | null = null;
  #closed = false;

  constructor(backend: Backend, session: BackendSession, closeTimeout?: number) {
    this.name = session.name;
    this.node = session.node;
    this.version = session.version;
    this.backend = backend;
    this.#session = session;
    this.#closeTimeout = closeTimeout;
  }

  /** Names of the nodes, in the server's order. Throws LocalMisuseError after `close`. */
  async nodes(limits?: SessionLimits): Promise<readonly string[]> {
    if (this.#closing !== null) throw new LocalMisuseError(`the handle of ${this.name} is closed`);
    return this.#session.nodes(limits);
  }

  /**
   * Closes the cluster; callers at the same time share it. A dead server costs at most `closeTimeout` and throws nothing.
   * Throws LocalMisuseError when it was closed before.
   */
  async close(): Promise<void> {
    if (this.#closed) throw new LocalMisuseError(`the handle of ${this.name} was closed before`);
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.close();
  }

  async #close(): Promise<void> {
    await this.#session.close(this.#closeTimeout === undefined ? {} : { timeout: this.#closeTimeout });
    this.#closed = true;
  }
}
