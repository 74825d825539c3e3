import { untilAborted } from '../status/until-aborted.ts';
import { type Clock, keepingAlive, type Timer } from '../transport/clock.ts';
import type { ClosableHandle, HandleCacheCounters, HandleCacheOptions } from './handle-cache.ts';

export interface CachePolicy<H extends ClosableHandle> extends Required<Omit<HandleCacheOptions<H>, 'check'>> {
  readonly check: ((handle: H) => Promise<unknown>) | null;
}

/** A handle with those who use it. */
export interface Held<H> {
  readonly handle: H;
  users: number;
  /** When the last user left it. */
  restsSince: number;
  idle: Timer | null;
  checking: Promise<void> | null;
  closing: boolean;
}

/** An open under way, for everybody who waits for it. */
interface Flight {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  waiters: number;
}

/**
 * The handle of one cluster. There is one that is handed out at most; others were found broken and are closed when their
 * last user leaves them.
 */
export class CachedCluster<H extends ClosableHandle> {
  readonly #name: string;
  readonly #policy: CachePolicy<H>;
  readonly #clock: Clock;
  readonly #onForgotten: () => void;
  #current: Held<H> | null = null;
  #flight: Flight | null = null;
  /** Opened and not closed yet, with a promise of that end. */
  readonly #open = new Map<Held<H>, { readonly ended: Promise<void>; readonly end: () => void }>();
  #failuresInARow = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  #closedBy: Error | null = null;
  readonly #counts = { users: 0, opens: 0, failedOpens: 0 };

  constructor(name: string, policy: CachePolicy<H>, onForgotten: () => void) {
    this.#name = name;
    this.#policy = policy;
    this.#clock = policy.clock;
    this.#onForgotten = onForgotten;
  }

  counters(): HandleCacheCounters {
    return { ...this.#counts, handles: this.#open.size };
  }

  async enter(signal: AbortSignal | undefined): Promise<Held<H>> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closedBy !== null) throw this.#closedBy;
      const held = this.#current;
      if (held === null) await this.#join(signal);
      else if (this.#isStale(held)) await untilAborted(this.#check(held), signal);
      else return this.#use(held);
    }
  }

  leave(held: Held<H>, broken: boolean): void {
    held.users--;
    this.#counts.users--;
    held.restsSince = this.#clock.now();
    if (broken && this.#current === held) this.#current = null;
    this.#rest(held);
  }

  async close(reason: Error): Promise<void> {
    this.#closedBy = reason;
    this.#flight?.abort.abort(reason);
    this.#current = null;
    for (const held of this.#open.keys()) this.#rest(held);
    await this.#flight?.done.catch(() => {});
    await Promise.all([...this.#open.values()].map(({ ended }) => ended));
  }

  #use(held: Held<H>): Held<H> {
    held.users++;
    this.#counts.users++;
    held.idle?.cancel();
    held.idle = null;
    return held;
  }

  /** Nobody may be using it any more: one that is handed out waits for its next user, any other is closed. */
  #rest(held: Held<H>): void {
    if (held.users > 0 || held.checking !== null) return;
    if (this.#current !== held) return this.#end(held);
    held.idle?.cancel();
    held.idle = this.#clock.at(this.#clock.now() + this.#policy.idleMs, () => {
      if (this.#current === held) this.#current = null;
      this.#end(held);
    });
  }

  #end(held: Held<H>): void {
    held.idle?.cancel();
    const entry = this.#open.get(held);
    if (entry === undefined || held.closing) return;
    held.closing = true;
    // A close that fails has nobody to be told: the handle is of no use to anyone.
    void held.handle
      .close()
      .catch(() => {})
      .then(() => {
        this.#open.delete(held);
        entry.end();
        this.#forgetIfUnused();
      });
  }

  #isStale(held: Held<H>): boolean {
    if (held.checking !== null) return true;
    if (this.#policy.check === null || held.users > 0) return false;
    return this.#clock.now() - held.restsSince >= this.#policy.checkAfterMs;
  }

  /** One check for all who come meanwhile; never rejects. */
  #check(held: Held<H>): Promise<void> {
    held.idle?.cancel();
    held.checking ??= this.#policy
      .check?.(held.handle)
      .then(
        () => {
          held.restsSince = this.#clock.now();
        },
        () => {
          if (this.#current === held) this.#current = null;
        },
      )
      .then(() => {
        held.checking = null;
        this.#rest(held);
      }) as Promise<void>;
    return held.checking;
  }

  async #join(signal: AbortSignal | undefined): Promise<void> {
    const flight = this.#flight ?? this.#takeOff();
    // Everybody who waited for it has gone, and it is about to end: the next one is for those who come now.
    if (flight.abort.signal.aborted)
      return untilAborted(
        flight.done.catch(() => {}),
        signal,
      );
    flight.waiters++;
    try {
      await untilAborted(flight.done, signal);
    } finally {
      flight.waiters--;
      if (flight.waiters === 0) flight.abort.abort(new Error('nobody waits for this open any more'));
    }
  }

  #takeOff(): Flight {
    const abort = new AbortController();
    const done = keepingAlive(() => this.#openWithin(abort.signal)).finally(() => {
      this.#flight = null;
      this.#clock.at(this.#notBefore + this.#policy.mostBackOffMs, () => this.#forgetIfUnused());
    });
    // Those who wait are told; when nobody does any more, nobody needs to be.
    done.catch(() => {});
    this.#flight = { done, abort, waiters: 0 };
    return this.#flight;
  }

  async #openWithin(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#backedOff(signal);
      const handle = await this.#attempt(attempt, signal);
      if (handle !== null) return this.#admit(handle, signal);
    }
  }

  /** null: the open failed, and another one is worth a try. */
  async #attempt(attempt: number, signal: AbortSignal): Promise<H | null> {
    const { open, attempts, backOffMs, mostBackOffMs } = this.#policy;
    this.#counts.opens++;
    try {
      return await open(this.#name, { signal });
    } catch (error) {
      this.#counts.failedOpens++;
      const pause = Math.min(mostBackOffMs, backOffMs * 2 ** this.#failuresInARow);
      this.#failuresInARow++;
      this.#notBefore = this.#clock.now() + pause;
      if (attempt >= attempts || signal.aborted) throw error;
      return null;
    }
  }

  #admit(handle: H, signal: AbortSignal): void {
    this.#failuresInARow = 0;
    const held: Held<H> = {
      handle,
      users: 0,
      restsSince: this.#clock.now(),
      idle: null,
      checking: null,
      closing: false,
    };
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#open.set(held, { ended, end });
    if (this.#closedBy === null) this.#current = held;
    this.#rest(held);
    if (this.#closedBy !== null) signal.throwIfAborted();
  }

  async #backedOff(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#clock.now() >= this.#notBefore) return;
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.#clock.at(this.#notBefore, resolve);
    });
    await untilAborted(over, signal).finally(() => timer?.cancel());
  }

  /** A program that opens ever new names must not keep all of them. */
  #forgetIfUnused(): void {
    const isUsed = this.#open.size > 0 || this.#flight !== null || this.#clock.now() < this.#notBefore;
    if (!isUsed) this.#onForgotten();
  }
}
