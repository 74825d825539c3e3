import { setImmediate } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { ClusError } from '../../status/errors.ts';
import type { Settle } from '../bounded-call.ts';
import type { LaneStats } from '../cluster-api.ts';
import type { FfiPackage } from './functions.ts';
import {
  type FfiAnswer,
  type FfiRequest,
  type FfiWorkerData,
  HANDLE,
  LOADED,
  SHARED_BYTES,
  STATE,
} from './protocol.ts';

interface Job {
  readonly request: FfiRequest;
  readonly subject: string;
  readonly settle: Settle<unknown>;
  readonly fail: (error: Error) => void;
  readonly ended: (() => void) | undefined;
  abandoned: boolean;
  since: number;
}

interface Seat {
  readonly worker: Worker;
  readonly state: Int32Array;
  readonly handle: BigInt64Array;
  job: Job | undefined;
  /** It takes no job: its library is not loaded yet, or this turn of the event loop has had an answer of it. */
  resting: boolean;
}

/** What happens to a handle whose caller has given up. */
export type Orphan = (cluster: bigint) => void;

/**
 * A bounded set of worker threads for calls that block. They start when there is work; an idle one, or one whose call was
 * given up, does not keep the process alive.
 */
export class FfiPool {
  readonly #seats: Seat[] = [];
  readonly #queue: Job[] = [];
  readonly #package: FfiPackage;
  readonly #size: number;
  readonly #orphan: Orphan;
  readonly #pulse = new Int32Array(new SharedArrayBuffer(4));

  constructor(from: FfiPackage, size: number, orphan: Orphan = () => {}) {
    this.#package = from;
    this.#size = size;
    this.#orphan = orphan;
  }

  /**
   * Answers a function that gives the call up: true when it had not begun and never will. `ended` is called when the call
   * no longer uses what it was given, also after it was given up.
   */
  begin(
    request: FfiRequest,
    subject: string,
    settle: Settle<unknown>,
    fail: (error: Error) => void,
    ended?: () => void,
  ): () => boolean {
    const job: Job = { request, subject, settle, fail, ended, abandoned: false, since: performance.now() };
    this.#queue.push(job);
    this.#dispatch();
    return () => this.#abandon(job);
  }

  stats(): LaneStats {
    const running = this.#running().toSorted((a, b) => a.since - b.since);
    const oldest = running[0];
    return {
      size: this.#size,
      busy: running.length,
      queued: this.#queue.length,
      abandoned: running.filter((job) => job.abandoned).length,
      oldest:
        oldest === undefined
          ? null
          : { call: oldest.request.call, subject: oldest.subject, ms: performance.now() - oldest.since },
    };
  }

  /** Takes back what has not begun. */
  withdraw(): readonly FfiRequest[] {
    return this.#queue.splice(0).map(({ request }) => request);
  }

  /**
   * For the end of the process: waits until `deadline` (ms of performance.now) for the calls under way, without messages.
   * The handles that opens left behind go to the orphanage as they come. Answers what is still inside Windows.
   */
  drain(deadline: number): readonly FfiRequest[] {
    for (;;) {
      const seen = Atomics.load(this.#pulse, 0);
      const busy = this.#seats.filter(({ state }) => Atomics.load(state, STATE) === 1);
      for (const { handle } of this.#seats) {
        const left = Atomics.exchange(handle, HANDLE, 0n);
        if (left !== 0n) this.#orphan(left);
      }
      const time = deadline - performance.now();
      if (busy.length === 0 || time <= 0) return busy.flatMap(({ job }) => job?.request ?? []);
      Atomics.wait(this.#pulse, 0, seen, time);
    }
  }

  /** For the end of the process: its threads that are inside no call. */
  idle(): readonly Worker[] {
    return this.#seats.filter(({ state }) => Atomics.load(state, STATE) === 0).map(({ worker }) => worker);
  }

  /** One more thread, if its size allows. */
  start(): readonly Worker[] {
    return [this.#newSeat()].flatMap((seat) => seat?.worker ?? []);
  }

  #running(): Job[] {
    return this.#seats.flatMap(({ job }) => (job === undefined ? [] : [job]));
  }

  #abandon(job: Job): boolean {
    job.abandoned = true;
    const place = this.#queue.indexOf(job);
    if (place !== -1) {
      this.#queue.splice(place, 1);
      job.ended?.();
      return true;
    }
    this.#seats.find((seat) => seat.job === job)?.worker.unref();
    return false;
  }

  /**
   * Only a thread that has loaded its library is given a job: until then those that have it may do it sooner. And none twice in a
   * turn of the event loop: Node hands over a thousand messages of a thread that answers at once before it looks at anything else.
   */
  #dispatch(): void {
    for (const seat of this.#seats.filter(({ job, resting }) => job === undefined && !resting)) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      job.since = performance.now();
      seat.job = job;
      Atomics.store(seat.state, STATE, 1);
      seat.worker.ref();
      seat.worker.postMessage(job.request);
    }
    const coming = this.#seats.filter(({ resting }) => resting).length;
    for (let i = coming; i < this.#queue.length && this.#newSeat() !== undefined; i++);
  }

  #newSeat(): Seat | undefined {
    if (this.#seats.length >= this.#size) return undefined;
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    const workerData: FfiWorkerData = { package: this.#package, shared, pulse: this.#pulse };
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData });
    const [state, handle] = [new Int32Array(shared), new BigInt64Array(shared)];
    // Loading is a call under way, too: a thread that is ended in the middle of it may take the process with it.
    state[STATE] = 1;
    const seat: Seat = { worker, state, handle, job: undefined, resting: true };
    worker.on('message', (answer: FfiAnswer | typeof LOADED) => {
      if (answer === LOADED) this.#rested(seat);
      else this.#settle(seat, answer);
    });
    worker.on('error', (error) => this.#lose(seat, error));
    this.#seats.push(seat);
    return seat;
  }

  #rested(seat: Seat): void {
    seat.resting = false;
    seat.worker.unref();
    this.#dispatch();
  }

  #settle(seat: Seat, { error, syscall, value, said }: FfiAnswer): void {
    const job = seat.job;
    seat.job = undefined;
    seat.resting = true;
    setImmediate(() => this.#rested(seat));
    const handle = Atomics.exchange(seat.handle, HANDLE, 0n);
    if (job === undefined) return;
    job.ended?.();
    if (job.abandoned) {
      if (handle !== 0n) this.#orphan(handle);
    } else if (error === -1) {
      job.fail(new ClusError(`${syscall} through ${this.#package}: ${value}`, 'ERR_CLUSRPC_UNAVAILABLE_BACKEND'));
    } else {
      job.settle(error, syscall, value, said);
    }
  }

  #lose(seat: Seat, error: Error): void {
    const job = seat.resting ? this.#queue.shift() : seat.job;
    this.#seats.splice(this.#seats.indexOf(seat), 1);
    job?.ended?.();
    job?.fail(error);
    this.#dispatch();
  }
}
