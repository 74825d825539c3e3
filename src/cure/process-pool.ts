import { ClusError, LocalMisuseError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import { invalidOption } from '../status/options.ts';
import { type PoolCall, PoolProcess, type PoolProcessOptions } from './pool-process.ts';
import { type Generation, Recycler } from './recycler.ts';

/** The children of a ProcessPool and when they are replaced; times in ms. */
export interface ProcessPoolOptions {
  /** The module with the functions, `new URL('./cluster-calls.js', import.meta.url)`: each gets one argument and `{ signal }`. */
  readonly module: string | URL;
  /** Opens of clusters that one process may begin before another takes its place; default 50. Keep it below the ports that RPC has. */
  readonly budget?: number;
  /** Opens that one call makes at most; default 1. */
  readonly opensPerCall?: number;
  /** Processes that serve calls at one time; default 1. One that is being replaced finishes its calls beside them. */
  readonly processes?: number;
  /** Calls in one process at one time; default 16. */
  readonly concurrency?: number;
  /** ms that a process has for its end, and for an exported `close`, before it is killed; default 2 000. */
  readonly endTimeout?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly execArgv?: readonly string[];
}

/** Limits of one call of a ProcessPool. */
export interface PoolCallOptions {
  readonly signal?: AbortSignal;
  /** It may be executed twice: after a crash another process gets it. Default false. */
  readonly idempotent?: boolean;
}

/** What a ProcessPool has done so far. */
export interface ProcessPoolCounters {
  /** Process ids of those that serve or finish calls. */
  readonly pids: readonly number[];
  readonly started: number;
  /** Ended without having been told to. */
  readonly crashed: number;
  readonly queued: number;
  readonly underWay: number;
  /** Calls that another process got because theirs had ended before it began them. */
  readonly handedOver: number;
}

interface Place {
  readonly seat: Recycler<PoolProcess>;
  readonly generation: Generation<PoolProcess>;
}

/** Starts in a row that come to nothing before the calls that wait are told. */
const FAILED_STARTS = 3;

/**
 * Cluster calls in child processes that are replaced before they have used up the ports, the cure that works on every Windows:
 * the end of a process gives all its ports back (KB814622). A crash costs the calls that it had begun, since they may
 * have been executed; all others go to the next process.
 */
export class ProcessPool {
  readonly #options: Required<Pick<ProcessPoolOptions, 'budget' | 'opensPerCall' | 'concurrency'>>;
  readonly #process: PoolProcessOptions;
  readonly #seats: readonly Recycler<PoolProcess>[];
  readonly #all = new Set<PoolProcess>();
  readonly #queue: PoolCall[] = [];
  readonly #counts = { started: 0, crashed: 0, handedOver: 0 };
  #spare: PoolProcess | null = null;
  #failedStarts = 0;
  /** Why no process can be started, if one said so. */
  #cause: Error | null = null;
  #lastId = 0;
  #pending = 0;
  #closing: Promise<void> | null = null;
  #onIdle: () => void = () => {};

  /** Throws LocalMisuseError (ERR_CLUSRPC_INVALID_OPTION) for numbers that cannot be. Starts nothing before the first call. */
  constructor(options: ProcessPoolOptions) {
    const { budget = 50, opensPerCall = 1, processes = 1, concurrency = 16, endTimeout = 2_000 } = options;
    for (const [what, value] of Object.entries({ budget, opensPerCall, processes, concurrency })) {
      if (!(Number.isInteger(value) && value >= 1)) throw invalidOption(`${what} cannot be ${value}`);
    }
    if (opensPerCall > budget)
      throw invalidOption(`a budget of ${budget} cannot hold the ${opensPerCall} opens of one call`);
    this.#options = { budget, opensPerCall, concurrency };
    this.#process = { module: String(options.module), execArgv: options.execArgv, env: options.env, endTimeout };
    this.#seats = Array.from({ length: processes }, () => this.#seat());
  }

  /**
   * Calls the function of that name in a process. Throws what it throws (ClusError with code, errno, stage and advice; else an Error of the
   * same name and message), the signal's reason, and ClusError ERR_CLUSRPC_PROCESS_ENDED when the process ended while it executed the call.
   */
  call<T = unknown>(name: string, argument?: unknown, options: PoolCallOptions = {}): Promise<T> {
    const { signal, idempotent = false } = options;
    return new Promise<unknown>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closing !== null) throw new LocalMisuseError('the process pool is closed');
      const id = ++this.#lastId;
      let settled = false;
      const settle: PoolCall['settle'] = (result) => {
        if (settled) return;
        settled = true;
        stop();
        if ('value' in result) resolve(result.value);
        else reject(result.error);
        this.#count(-1);
      };
      const stop = onAbort(signal, () => {
        settle({ error: signal?.reason });
        this.#abort(id);
      });
      this.#count(1);
      this.#queue.push({ id, name, argument, idempotent, signal, settle });
      this.#dispatch();
    }) as Promise<T>;
  }

  /** What it has done so far. */
  counters(): ProcessPoolCounters {
    const underWay = [...this.#all].reduce((sum, { calls }) => sum + calls, 0);
    const pids = [...this.#all].flatMap(({ pid }) => pid ?? []);
    return { pids, ...this.#counts, queued: this.#queue.length, underWay };
  }

  /** Takes no more calls, waits for those it has, and resolves when every process has ended. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    // Not by their seats: a call that was given up may still run, and nobody waits for it.
    for (const process of this.#all) {
      process.hold(true);
      process.end();
    }
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  #seat(): Recycler<PoolProcess> {
    return new Recycler({
      budget: this.#options.budget,
      start: () => this.#take(),
      end: (process) => process.end(),
    });
  }

  /** The one that was started ahead, if there is one. */
  #take(): PoolProcess {
    const process = this.#spare ?? this.#start();
    this.#spare = null;
    return process;
  }

  #start(): PoolProcess {
    let wasReady = false;
    const process: PoolProcess = new PoolProcess(this.#process, {
      onReady: () => {
        wasReady = true;
        this.#failedStarts = 0;
      },
      onAnswer: (opens) => {
        const place = this.#placeOf(process);
        if (place !== null) this.#left(place, opens);
        this.#dispatch();
      },
      onUnusable: (error) => {
        process.kill();
        this.#failedStarts = FAILED_STARTS;
        this.#cause = error;
      },
      onEnd: (left, how) => {
        this.#all.delete(process);
        if (this.#spare === process) this.#spare = null;
        const place = this.#placeOf(process);
        if (place !== null) {
          this.#counts.crashed++;
          place.seat.lost(place.generation);
        }
        if (!wasReady) this.#failedStarts++;
        for (const { call, begun } of left.toReversed()) this.#afterCrash(call, begun, how);
        this.#dispatch();
      },
    });
    this.#all.add(process);
    this.#counts.started++;
    return process;
  }

  /** null: it was told to end, or waits for its first call. */
  #placeOf(process: PoolProcess): Place | null {
    for (const seat of this.#seats) {
      const generation = seat.generations.find((each) => each.process === process);
      if (generation !== undefined) return { seat, generation };
    }
    return null;
  }

  #afterCrash(call: PoolCall, begun: boolean, how: string): void {
    if (call.signal?.aborted === true) return call.settle({ error: call.signal.reason });
    if (begun && !call.idempotent) {
      return call.settle({ error: processEnded(`the process ended (${how}) while it executed ${call.name}`) });
    }
    this.#counts.handedOver++;
    this.#queue.unshift(call);
  }

  #dispatch(): void {
    if (this.#failedStarts >= FAILED_STARTS) {
      this.#failQueue(this.#cause ?? processEnded('the processes of the pool end before they are ready'));
      this.#failedStarts = 0;
      this.#cause = null;
    }
    const { concurrency, opensPerCall } = this.#options;
    while (this.#queue.length > 0) {
      const [seat] = [...this.#seats].sort((a, b) => callsIn(a) - callsIn(b));
      if (seat === undefined || callsIn(seat) >= concurrency) return;
      const call = this.#queue.shift() as PoolCall;
      seat.enter(opensPerCall).process.send(call);
    }
  }

  /** What the process says it has opened, and what its other calls may still open. */
  #left({ seat, generation }: Place, opens: number): void {
    const { budget, opensPerCall } = this.#options;
    const expected = opens + (generation.calls - 1) * opensPerCall;
    seat.leave(generation, expected - generation.opens);
    // So that the change costs no call the time of a start.
    if (this.#closing === null && generation.opens * 2 >= budget) this.#spare ??= this.#start();
  }

  #abort(id: number): void {
    const at = this.#queue.findIndex((call) => call.id === id);
    if (at >= 0) this.#queue.splice(at, 1);
    else for (const process of this.#all) process.abort(id);
  }

  #failQueue(error: Error): void {
    for (const call of this.#queue.splice(0)) call.settle({ error });
  }

  /** While a call is pending, its process keeps this one alive; afterwards none does. */
  #count(change: 1 | -1): void {
    this.#pending += change;
    if (change === 1 && this.#pending > 1) return;
    for (const process of this.#all) process.hold(this.#pending > 0);
    if (this.#pending === 0) this.#onIdle();
  }
}

function callsIn(seat: Recycler<PoolProcess>): number {
  return seat.generations.reduce((sum, { calls }) => sum + calls, 0);
}

function processEnded(message: string): ClusError {
  return new ClusError(message, 'ERR_CLUSRPC_PROCESS_ENDED', {
    advice: 'The call may have been executed. Say idempotent: true for calls that may be executed twice.',
  });
}
