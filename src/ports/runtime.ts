import { LocalMisuseError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { LeaseQueue, type LeaseRecord, type LeaseState, type PortLease, type PortSnapshot } from './lease.ts';
import type { FailureKind, RuntimeSettings } from './profiles.ts';

/** What an open without a port ends with (MSDN, KB217351). */
export const RPC_S_OUT_OF_RESOURCES = win32Code('RPC_S_OUT_OF_RESOURCES');

/** An open that waits for a port because of `onExhaustion: 'hang'`. */
export interface OpenWait {
  readonly since: number;
}

/**
 * `stalled`: a port comes back without the process ending, at `retryAt` (ms) when something is already closing.
 * `exhausted`: none does, which is KB814622.
 */
export interface PortShortage {
  readonly reason: 'stalled' | 'exhausted';
  readonly retryAt: number | null;
}

export type OpenResult =
  | { readonly kind: 'leased'; readonly lease: PortLease }
  | ({ readonly kind: 'refused'; readonly error: typeof RPC_S_OUT_OF_RESOURCES } & PortShortage)
  | ({ readonly kind: 'waiting'; readonly wait: OpenWait } & PortShortage);

export interface RuntimeHooks {
  /** After every change, so that sockets can follow: bind at `in-use`, unref at `closing`, close at every other state. */
  readonly onChange?: (lease: PortLease, from: LeaseState) => void;
  /** A waiting open got its port. */
  readonly onGranted?: (wait: OpenWait, lease: PortLease) => void;
}

export interface RuntimeCounters {
  readonly leased: number;
  readonly refused: number;
  readonly closed: number;
  readonly failed: number;
  readonly skips: number;
  /** Ports that the operating system refused and that were not taken since. */
  readonly skipped: number;
  readonly waiting: number;
}

/** The broker, as far as one runtime needs it: the lowest free port, or -1. */
export interface PortSource {
  readonly size: number;
  take(): number;
}

/**
 * The RPC datagram runtime of one client process: which port each open takes and what becomes of it (KB814622). No clock
 * and no sockets: times come in as ms that never run backwards. Every method throws LocalMisuseError after the end of
 * the process, for a lease that is not in use, and for a time before the last one.
 */
export class DatagramRuntime {
  readonly settings: RuntimeSettings;
  readonly process: string;
  readonly #source: PortSource;
  readonly #hooks: RuntimeHooks;
  readonly #table = new Map<number, LeaseRecord>();
  readonly #closing = new LeaseQueue();
  readonly #recycled = new LeaseQueue();
  readonly #skipped = new LeaseQueue();
  readonly #waits = new Set<OpenWait>();
  #inUse = 0;
  #leaked = 0;
  #attempt = 0;
  #now = Number.NEGATIVE_INFINITY;
  #running = true;
  readonly #counts = { leased: 0, refused: 0, closed: 0, failed: 0, skips: 0 };

  constructor(process: string, source: PortSource, settings: RuntimeSettings, hooks: RuntimeHooks = {}) {
    this.process = process;
    this.settings = settings;
    this.#source = source;
    this.#hooks = hooks;
  }

  /** A port for a new socket: the oldest recycled one of this process, else the lowest that the broker has free. */
  open(now: number): OpenResult {
    this.recycleDue(now);
    return this.#lease(now, ++this.#attempt);
  }

  /** The operating system refused that port (EADDRINUSE): the same open goes on with the next one. */
  skip(lease: PortLease, now: number): OpenResult {
    const record = this.#inUseRecord(lease, now);
    this.#counts.skips++;
    this.#counts.leased--;
    this.#move(record, 'skipped', now);
    return this.#lease(now, record.attempt);
  }

  /** CloseCluster: the port is closing for `recycleAfter` ms. */
  close(lease: PortLease, now: number): void {
    const record = this.#inUseRecord(lease, now);
    this.#counts.closed++;
    this.#move(record, 'closing', now);
    this.recycleDue(now);
  }

  /**
   * The open of that lease failed, or a later call on it; answers where the port is now. A failure of `leakOn` leaks it
   * on an unfixed runtime. Else `close-failed` is a close, `call-failed-later` changes nothing, since the handle is
   * still open, and a failed open gives the port back to its process (`afterFailure`).
   */
  fail(lease: PortLease, failure: FailureKind, now: number): LeaseState {
    const record = this.#inUseRecord(lease, now);
    this.#counts.failed++;
    const to = this.#afterFailure(failure);
    if (to !== 'in-use') this.#move(record, to, now);
    this.recycleDue(now);
    return to;
  }

  /** Recycles what has been closing for long enough and gives ports to opens that wait; answers how many were recycled. */
  recycleDue(now: number): number {
    this.#check(now);
    let count = 0;
    const { recycleAfter } = this.settings;
    for (
      let lease = this.#closing.head;
      lease !== null && lease.since + recycleAfter <= now;
      lease = this.#closing.head
    ) {
      this.#closing.shift();
      this.#enter(lease, 'recycled', lease.since + recycleAfter);
      this.#recycled.push(lease);
      count++;
    }
    if (this.#waits.size > 0) this.#serveWaits(now);
    return count;
  }

  /** When the next closing port is due, in ms; null when none is closing. */
  nextRecycleAt(): number | null {
    return this.#closing.head === null ? null : this.#closing.head.since + this.settings.recycleAfter;
  }

  /** What stands in the way of an open that finds no port now. */
  shortage(): PortShortage {
    const returning = this.settings.reuse === 'by-process' && this.#inUse + this.#closing.size > 0;
    const allTakenByOthers = this.#skipped.size === this.#source.size && this.#skipped.size > 0;
    return {
      reason: returning || allTakenByOthers ? 'stalled' : 'exhausted',
      retryAt: returning ? this.nextRecycleAt() : null,
    };
  }

  /** Takes back an open that waits; false when it has its port already. */
  cancel(wait: OpenWait): boolean {
    return this.#waits.delete(wait);
  }

  snapshot(): PortSnapshot {
    return {
      pool: this.#source.size,
      inUse: this.#inUse,
      closing: this.#closing.size,
      recycled: this.#recycled.size,
      leaked: this.#leaked,
    };
  }

  counters(): RuntimeCounters {
    return { ...this.#counts, skipped: this.#skipped.size, waiting: this.#waits.size };
  }

  /** Every lease of this process, in the order in which it first got the ports. */
  leases(): IterableIterator<PortLease> {
    return this.#table.values();
  }

  /** For the broker only, when the process ends: every lease becomes available, whatever its state. */
  release(now: number): readonly number[] {
    this.#check(now);
    this.#running = false;
    this.#waits.clear();
    for (const lease of this.#table.values()) this.#enter(lease, 'available', now);
    const ports = [...this.#table.keys()];
    this.#table.clear();
    for (const queue of [this.#closing, this.#recycled, this.#skipped]) while (queue.shift() !== null);
    this.#inUse = 0;
    this.#leaked = 0;
    return ports;
  }

  #lease(now: number, attempt: number): OpenResult {
    const lease = this.#waits.size === 0 ? (this.#acquire(now, attempt) ?? this.#retrySkipped(now, attempt)) : null;
    if (lease !== null) return { kind: 'leased', lease };
    if (this.settings.onExhaustion === 'fail') {
      this.#counts.refused++;
      return { kind: 'refused', error: RPC_S_OUT_OF_RESOURCES, ...this.shortage() };
    }
    const wait: OpenWait = { since: now };
    this.#waits.add(wait);
    return { kind: 'waiting', wait, ...this.shortage() };
  }

  #acquire(now: number, attempt: number): LeaseRecord | null {
    const recycled = this.settings.reuse === 'by-process' ? this.#recycled.shift() : null;
    if (recycled !== null) return this.#take(recycled.port, 'recycled', now, attempt);
    const port = this.#source.take();
    return port === -1 ? null : this.#take(port, 'available', now, attempt);
  }

  /**
   * A port that the operating system refused before may be free by now: the last resort, once for each open. Opens that
   * wait never ask for it, or two of them would hand it to each other without end.
   */
  #retrySkipped(now: number, attempt: number): LeaseRecord | null {
    if (this.#skipped.head === null || this.#skipped.head.attempt >= attempt) return null;
    const { port } = this.#skipped.shift() as LeaseRecord;
    return this.#take(port, 'skipped', now, attempt);
  }

  #take(port: number, from: LeaseState, now: number, attempt: number): LeaseRecord {
    const lease: LeaseRecord = { port, process: this.process, state: 'in-use', since: now, attempt, next: null };
    this.#table.set(port, lease);
    this.#inUse++;
    this.#counts.leased++;
    this.#hooks.onChange?.(lease, from);
    return lease;
  }

  #move(lease: LeaseRecord, to: 'closing' | 'recycled' | 'leaked' | 'skipped', now: number): void {
    this.#inUse--;
    if (to === 'leaked') this.#leaked++;
    else if (to === 'closing') this.#closing.push(lease);
    else if (to === 'recycled') this.#recycled.push(lease);
    else this.#skipped.push(lease);
    this.#enter(lease, to, now);
  }

  #enter(lease: LeaseRecord, to: LeaseState, at: number): void {
    const from = lease.state;
    lease.state = to;
    lease.since = at;
    this.#hooks.onChange?.(lease, from);
  }

  #afterFailure(failure: FailureKind): 'leaked' | 'closing' | 'recycled' | 'in-use' {
    if (this.settings.onFailure === 'leak' && this.settings.leakOn.has(failure)) return 'leaked';
    if (failure === 'close-failed') return 'closing';
    return failure === 'call-failed-later' ? 'in-use' : this.settings.afterFailure;
  }

  #serveWaits(now: number): void {
    for (const wait of this.#waits) {
      const lease = this.#acquire(now, ++this.#attempt);
      if (lease === null) return;
      this.#waits.delete(wait);
      this.#hooks.onGranted?.(wait, lease);
    }
  }

  /** Recycles first, so that what was due before `now` also comes first in the queues. */
  #inUseRecord(lease: PortLease, now: number): LeaseRecord {
    this.recycleDue(now);
    const record = this.#table.get(lease.port);
    if (record !== lease || record.state !== 'in-use') {
      throw new LocalMisuseError(`port ${lease.port} is not in use by this lease of process ${this.process}`);
    }
    return record;
  }

  #check(now: number): void {
    if (!this.#running) throw new LocalMisuseError(`process ${this.process} has ended`);
    if (!(now >= this.#now)) throw new LocalMisuseError(`time ran backwards: ${now} ms after ${this.#now} ms`);
    this.#now = now;
  }
}
