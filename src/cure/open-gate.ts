import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';
import { ClusError, LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { untilAborted } from '../status/until-aborted.ts';
import { type Clock, keepingAlive, systemClock } from '../transport/clock.ts';
import type { ClosableHandle } from './handle-cache.ts';

/** The pool and the program that an OpenGate is sized for; times in ms. */
export interface OpenGateOptions {
  /** Ports that RPC may use: what `ports()` answers as `pool.size`. */
  readonly ports: number;
  /** ms from a close until its port can be taken again; default 240 000 (KB814622). */
  readonly recycleAfterMs?: number;
  /** What a failed open does to its port: `leak`, the default, on Windows 2000 before Service Pack 4; else `retain`. */
  readonly onFailure?: 'leak' | 'retain';
  /** `never`: no port serves its process twice. Default `by-process`. */
  readonly reuse?: 'by-process' | 'never';
  readonly clock?: Clock;
}

/** One open that was let through; one of its functions must be called, once. */
export interface GatePass {
  /** The cluster was opened and is closed again: its port comes back. */
  closed(): void;
  /** The open failed: what became of its port, `onFailure` says. */
  failed(): void;
}

/** What an OpenGate has done so far. */
export interface GateCounters {
  /** Opens that may begin now. */
  readonly free: number;
  readonly inUse: number;
  /** Closed, and their port not back yet. */
  readonly returning: number;
  /** Gone for the life of this process. */
  readonly lost: number;
  readonly waiting: number;
}

interface Waiter {
  readonly admit: (pass: GatePass) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A bucket of as many tokens as RPC has ports: each open takes one, and it comes back when its port does. So a program that
 * opens through it is never refused for want of a port (1721) and never hangs for one: it waits its turn, or learns
 * that no port will ever come. It cures the stall; against the leak it can only count (KB814622).
 */
export class OpenGate {
  readonly #ports: number;
  readonly #recycleAfterMs: number;
  readonly #leaks: boolean;
  readonly #reuses: boolean;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #inUse = 0;
  #returning = 0;
  #lost = 0;

  /** Throws LocalMisuseError (ERR_CLUSRPC_INVALID_OPTION) for numbers that cannot be. */
  constructor(options: OpenGateOptions) {
    const {
      ports,
      recycleAfterMs = DEFAULT_RECYCLE_AFTER,
      onFailure = 'leak',
      reuse = 'by-process',
      clock = systemClock,
    } = options;
    if (!(Number.isInteger(ports) && ports >= 1)) throw cannotBe('the number of ports', ports);
    if (!(recycleAfterMs >= 0)) throw cannotBe('the recycle time', recycleAfterMs);
    this.#ports = ports;
    this.#recycleAfterMs = recycleAfterMs;
    this.#leaks = onFailure === 'leak';
    this.#reuses = reuse === 'by-process';
    this.#clock = clock;
  }

  /**
   * Opens when there is a port, runs `work` with the handle, and closes it. Throws what open and work throw, the signal's reason while
   * it waits, and ClusError ERR_CLUSRPC_NO_PORT_LEFT when every port of this process is lost.
   */
  async use<H extends ClosableHandle, T>(
    open: () => Promise<H>,
    work: (handle: H) => T | Promise<T>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    const pass = await this.enter(options);
    let handle: H;
    try {
      handle = await open();
    } catch (error) {
      pass.failed();
      throw error;
    }
    try {
      return await work(handle);
    } finally {
      await handle.close().finally(() => pass.closed());
    }
  }

  /** Waits for the turn of one open; those who wait come in their order. */
  async enter({ signal }: { readonly signal?: AbortSignal } = {}): Promise<GatePass> {
    signal?.throwIfAborted();
    if (this.#lost === this.#ports) throw noPortLeft(this.#ports);
    if (this.#waiters.size === 0 && this.#free > 0) return this.#admit();
    let waiter: Waiter | undefined;
    const turn = new Promise<GatePass>((admit, reject) => {
      waiter = { admit, reject };
      this.#waiters.add(waiter);
    });
    return keepingAlive(() => untilAborted(turn, signal)).finally(() => {
      if (waiter !== undefined) this.#waiters.delete(waiter);
    });
  }

  /** What it has done so far. */
  counters(): GateCounters {
    return {
      free: this.#free,
      inUse: this.#inUse,
      returning: this.#returning,
      lost: this.#lost,
      waiting: this.#waiters.size,
    };
  }

  get #free(): number {
    return this.#ports - this.#inUse - this.#returning - this.#lost;
  }

  #admit(): GatePass {
    this.#inUse++;
    let over = false;
    const end = (then: () => void) => {
      if (over) throw new LocalMisuseError('this pass was used before');
      over = true;
      this.#inUse--;
      then();
      this.#serve();
    };
    return {
      closed: () => end(() => (this.#reuses ? this.#returnLater() : this.#lose())),
      failed: () =>
        end(() => {
          if (this.#leaks || !this.#reuses) this.#lose();
        }),
    };
  }

  #returnLater(): void {
    this.#returning++;
    const due = this.#clock.now() + this.#recycleAfterMs;
    // A timer of the system may run a fraction of a millisecond early, when the port is not back yet.
    const look = () => {
      if (this.#clock.now() < due) return void this.#clock.at(due, look);
      this.#returning--;
      this.#serve();
    };
    this.#clock.at(due, look);
  }

  #lose(): void {
    this.#lost++;
    if (this.#lost < this.#ports) return;
    for (const { reject } of this.#waiters) reject(noPortLeft(this.#ports));
    this.#waiters.clear();
  }

  #serve(): void {
    for (const waiter of this.#waiters) {
      if (this.#free === 0) return;
      this.#waiters.delete(waiter);
      waiter.admit(this.#admit());
    }
  }
}

function noPortLeft(ports: number): ClusError {
  return new ClusError(`all ${ports} ports of this process are lost`, 'ERR_CLUSRPC_NO_PORT_LEFT', {
    advice: 'Only the end of the process gives them back (KB814622): end it, or open in a ProcessPool.',
  });
}

function cannotBe(what: string, value: number): LocalMisuseError {
  return invalidOption(`${what} cannot be ${value}`);
}
