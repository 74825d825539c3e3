import { LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { type Clock, systemClock } from '../transport/clock.ts';
import { breaksHandle } from './broken-handle.ts';
import { CachedCluster, type CachePolicy, type Held } from './cached-cluster.ts';

/** What `openCluster` answers, as far as a cache needs it. */
export interface ClosableHandle {
  /** Gives the handle up at its server. */
  close(): Promise<unknown>;
}

/** How a HandleCache opens, checks and gives up handles; times in ms. */
export interface HandleCacheOptions<H extends ClosableHandle> {
  /** `openCluster`, or whatever opens a handle by name. */
  readonly open: (name: string, options: { readonly signal: AbortSignal }) => Promise<H>;
  /** ms until a handle that nobody uses is closed; default 60 000. */
  readonly idleMs?: number;
  /** Asks a handle whether it works, such as `(cluster) => cluster.nodes()`; a rejection replaces it. Default: it is trusted. */
  readonly check?: (handle: H) => Promise<unknown>;
  /** ms of rest after which a handle is checked before its next use; default 30 000. */
  readonly checkAfterMs?: number;
  /** Opens in a row that may fail before those who wait for them are told; default 3. */
  readonly attempts?: number;
  /** ms between two opens after the first failure, and the most; default 250, doubled up to 30 000. */
  readonly backOffMs?: number;
  readonly mostBackOffMs?: number;
  /** Whether what a call threw makes its handle useless. Default: failures of RPC, and ERROR_INVALID_HANDLE. */
  readonly breaks?: (error: unknown) => boolean;
  readonly clock?: Clock;
}

/** Limits of one use. */
export interface UseOptions {
  /** Ends the wait for a handle; what `work` does with it is its own affair. */
  readonly signal?: AbortSignal;
}

/** The right to use a handle that others may use as well; `release` or `await using` gives it back. */
export interface HandleLease<H> {
  readonly handle: H;
  /** Gives the handle back, once; `broken`: nobody gets it any more, and it is closed when the last user has left it. */
  release(options?: { readonly broken?: boolean }): void;
}

/** What a HandleCache has done so far. */
export interface HandleCacheCounters {
  /** Opened and not closed. */
  readonly handles: number;
  /** Uses under way. */
  readonly users: number;
  readonly opens: number;
  readonly failedOpens: number;
}

/**
 * One handle a cluster for the whole program, the first cure of KB814622: the rate of opens falls to nearly none. Opened
 * when it is first wanted, by one open however many want it; shared; closed when nobody has used it for a while; opened
 * anew, with back-off, after a failure. A call is never repeated: it may have been executed.
 */
export class HandleCache<H extends ClosableHandle> {
  readonly #policy: CachePolicy<H>;
  readonly #clusters = new Map<string, CachedCluster<H>>();
  #closed: Promise<void> | null = null;

  /** Throws LocalMisuseError (ERR_CLUSRPC_INVALID_OPTION) for numbers that cannot be. */
  constructor(options: HandleCacheOptions<H>) {
    const policy = {
      open: options.open,
      check: options.check ?? null,
      breaks: options.breaks ?? breaksHandle,
      clock: options.clock ?? systemClock,
      idleMs: options.idleMs ?? 60_000,
      checkAfterMs: options.checkAfterMs ?? 30_000,
      attempts: options.attempts ?? 3,
      backOffMs: options.backOffMs ?? 250,
      mostBackOffMs: options.mostBackOffMs ?? 30_000,
    };
    for (const name of ['idleMs', 'checkAfterMs', 'backOffMs', 'mostBackOffMs'] as const) {
      if (!(policy[name] >= 0)) throw cannotBe(name, policy[name]);
    }
    if (!(policy.attempts >= 1)) throw cannotBe('attempts', policy.attempts);
    this.#policy = policy;
  }

  /**
   * Runs `work` with the handle of that cluster, and answers what it answers. Throws what it throws, what the open threw
   * after its last attempt, the signal's reason, and LocalMisuseError after `close`.
   */
  async use<T>(name: string, work: (handle: H) => T | Promise<T>, options: UseOptions = {}): Promise<T> {
    const lease = await this.acquire(name, options);
    try {
      const result = await work(lease.handle);
      lease.release();
      return result;
    } catch (error) {
      lease.release({ broken: this.#policy.breaks(error) });
      throw error;
    }
  }

  /** The same in two steps; whoever acquires must release. */
  async acquire(name: string, { signal }: UseOptions = {}): Promise<HandleLease<H>> {
    if (this.#closed !== null) throw closedError();
    const key = name.toLowerCase();
    const cluster = this.#clusters.get(key) ?? this.#add(key, name);
    return leaseOf(cluster, await cluster.enter(signal));
  }

  /** What it has done so far. */
  counters(): HandleCacheCounters {
    const sum = { ...this.#gone };
    for (const cluster of this.#clusters.values()) add(sum, cluster.counters());
    return sum;
  }

  /** Lets nobody in any more, ends the opens under way, and resolves when every handle has been given back and closed. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#clusters.values()].map((cluster) => cluster.close(closedError()))).then(
      () => {},
    );
    return this.#closed;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Of clusters that are forgotten. */
  readonly #gone = { handles: 0, users: 0, opens: 0, failedOpens: 0 };

  #add(key: string, name: string): CachedCluster<H> {
    const cluster = new CachedCluster(name, this.#policy, () => {
      if (this.#clusters.get(key) !== cluster) return;
      this.#clusters.delete(key);
      add(this.#gone, cluster.counters());
    });
    this.#clusters.set(key, cluster);
    return cluster;
  }
}

function leaseOf<H extends ClosableHandle>(cluster: CachedCluster<H>, held: Held<H>): HandleLease<H> {
  let released = false;
  return {
    handle: held.handle,
    release({ broken = false } = {}) {
      if (released) throw new LocalMisuseError('the handle was given back before');
      released = true;
      cluster.leave(held, broken);
    },
  };
}

function add(sum: { -readonly [K in keyof HandleCacheCounters]: number }, part: HandleCacheCounters): void {
  sum.handles += part.handles;
  sum.users += part.users;
  sum.opens += part.opens;
  sum.failedOpens += part.failedOpens;
}

function closedError(): LocalMisuseError {
  return new LocalMisuseError('the handle cache is closed');
}

function cannotBe(what: string, value: number): LocalMisuseError {
  return invalidOption(`${what} cannot be ${value}`);
}
