/**
 * `available`: with the broker. `in-use`: bound, answers callbacks. `closing`: after CloseCluster, still bound.
 * `recycled`: kept by its process, which may take it again. `leaked`: lost to its own process. `skipped`: the operating
 * system refused the port, since another program has it.
 */
export type LeaseState = 'available' | 'in-use' | 'closing' | 'recycled' | 'leaked' | 'skipped';

/** Where a lease may go from where it is; from everywhere it becomes `available` when its process ends, and never before. */
export const LEASE_TRANSITIONS = {
  available: ['in-use'],
  'in-use': ['closing', 'recycled', 'leaked', 'skipped', 'available'],
  closing: ['recycled', 'available'],
  recycled: ['in-use', 'available'],
  leaked: ['available'],
  skipped: ['in-use', 'available'],
} as const satisfies Record<LeaseState, readonly LeaseState[]>;

/** A port that the broker gave to a process. One lease serves one open; the next open of the same port is another one. */
export interface PortLease {
  readonly port: number;
  /** The id of the process that holds it. */
  readonly process: string;
  readonly state: LeaseState;
  /** When it entered this state, in ms. */
  readonly since: number;
}

/** How many ports are in which state; `pool` is their whole number, what is missing is available or skipped. */
export interface PortSnapshot {
  readonly pool: number;
  readonly inUse: number;
  readonly closing: number;
  readonly recycled: number;
  readonly leaked: number;
}

/** The lease as the runtime itself holds it. */
export interface LeaseRecord extends PortLease {
  state: LeaseState;
  since: number;
  /** The open that took it, which must not be offered the same port twice. */
  attempt: number;
  next: LeaseRecord | null;
}

/** First in, first out, linked through the records: a lease is in one queue at most, and no array grows. */
export class LeaseQueue {
  head: LeaseRecord | null = null;
  size = 0;
  #tail: LeaseRecord | null = null;

  push(lease: LeaseRecord): void {
    if (this.#tail === null) this.head = lease;
    else this.#tail.next = lease;
    this.#tail = lease;
    this.size++;
  }

  shift(): LeaseRecord | null {
    const lease = this.head;
    if (lease === null) return null;
    this.head = lease.next;
    if (this.head === null) this.#tail = null;
    lease.next = null;
    this.size--;
    return lease;
  }
}
