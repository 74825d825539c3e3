import type { PortLease } from '../ports/lease.ts';
import type { DatagramRuntime, OpenWait } from '../ports/runtime.ts';
import { onAbort } from '../status/on-abort.ts';

interface Waiter {
  readonly grant: (lease: PortLease) => void;
  readonly reject: (reason: unknown) => void;
  /** Nothing but a port ends it. */
  readonly endless: boolean;
}

/** The opens of one process that wait for a port, as promises. */
export class PortWaits {
  readonly #runtime: DatagramRuntime;
  readonly #waiters = new Map<OpenWait, Waiter>();

  constructor(runtime: DatagramRuntime) {
    this.#runtime = runtime;
  }

  /** How many wait for ever, as things stand. */
  get blocked(): number {
    if (this.#waiters.size === 0 || this.#runtime.shortage().retryAt !== null) return 0;
    return [...this.#waiters.values()].filter(({ endless }) => endless).length;
  }

  /** Resolves with the port; rejects with the signal's reason. */
  wait(wait: OpenWait, signal: AbortSignal, endless: boolean): Promise<PortLease> {
    return new Promise((grant, reject) => {
      const stop = onAbort(signal, () => {
        this.#waiters.delete(wait);
        this.#runtime.cancel(wait);
        reject(signal.reason);
      });
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          stop();
          settle(value);
        };
      };
      this.#waiters.set(wait, { grant: settled(grant), reject: settled(reject), endless });
    });
  }

  grant(wait: OpenWait, lease: PortLease): void {
    const waiter = this.#waiters.get(wait);
    this.#waiters.delete(wait);
    waiter?.grant(lease);
  }

  rejectBlocked(reason: unknown): void {
    if (this.blocked === 0) return;
    for (const [wait, waiter] of this.#waiters) {
      if (!waiter.endless) continue;
      this.#waiters.delete(wait);
      this.#runtime.cancel(wait);
      waiter.reject(reason);
    }
  }

  rejectAll(reason: unknown): void {
    for (const { reject } of this.#waiters.values()) reject(reason);
    this.#waiters.clear();
  }
}
