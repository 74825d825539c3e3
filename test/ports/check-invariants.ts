import { LEASE_TRANSITIONS, type LeaseState, type PortLease, type PortSnapshot } from '../../src/ports/lease.ts';
import type { PortPool } from '../../src/ports/pool.ts';

/** What `checkInvariants` looks at; a PortBroker is one. */
export interface BrokerView {
  readonly pool: PortPool;
  readonly available: number;
  isAvailable(port: number): boolean;
  processes(): Iterable<{
    readonly id: string;
    readonly runtime: {
      leases(): Iterable<PortLease>;
      snapshot(): PortSnapshot;
      nextRecycleAt(): number | null;
      readonly settings: { readonly recycleAfter: number };
    };
  }>;
}

/** Who held which port at some moment: what `checkInvariants` compares a later moment with. */
export interface PortOwnership {
  readonly processes: ReadonlySet<string>;
  readonly leases: ReadonlyMap<number, { readonly process: string; readonly state: LeaseState }>;
}

export interface InvariantBreach {
  readonly rule: 'partition' | 'counts' | 'foreign-port' | 'recycle-time' | 'ownership' | 'leaked-for-good';
  readonly detail: string;
}

export function portOwnership(broker: BrokerView): PortOwnership {
  const leases = new Map<number, { process: string; state: LeaseState }>();
  const processes = new Set<string>();
  for (const { id, runtime } of broker.processes()) {
    processes.add(id);
    for (const { port, process, state } of runtime.leases()) leases.set(port, { process, state });
  }
  return { processes, leases };
}

/**
 * Every rule of the port model that does not hold now: the states partition the pool, the counts are those of the leases,
 * ports recycle in time. With `before`, an earlier `portOwnership` of the same broker, also: as long as a process runs it
 * keeps every port it had, and what leaked stays leaked. An empty list is what one wants.
 */
export function checkInvariants(broker: BrokerView, before?: PortOwnership): readonly InvariantBreach[] {
  const breaches = [...partitionBreaches(broker), ...countBreaches(broker)];
  return before === undefined ? breaches : [...breaches, ...historyBreaches(portOwnership(broker), before)];
}

function partitionBreaches(broker: BrokerView): InvariantBreach[] {
  const breaches: InvariantBreach[] = [];
  const holders = new Map<number, string>();
  for (const { id, runtime } of broker.processes()) {
    for (const { port, process, state } of runtime.leases()) {
      const other = holders.get(port);
      if (other !== undefined)
        breaches.push({ rule: 'partition', detail: `port ${port} is held by ${other} and ${id}` });
      if (broker.isAvailable(port))
        breaches.push({ rule: 'partition', detail: `port ${port} is ${state} and available` });
      if (process !== id) breaches.push({ rule: 'foreign-port', detail: `port ${port} of ${process} is with ${id}` });
      if (state === 'available')
        breaches.push({ rule: 'partition', detail: `port ${port} is available, yet with ${id}` });
      holders.set(port, id);
    }
  }
  let available = 0;
  let inPool = 0;
  for (const { first, last } of broker.pool.ranges) {
    for (let port = first; port <= last; port++) {
      if (holders.has(port)) inPool++;
      if (broker.isAvailable(port)) available++;
      else if (!holders.has(port)) breaches.push({ rule: 'partition', detail: `port ${port} is with nobody` });
    }
  }
  if (inPool !== holders.size)
    breaches.push({ rule: 'foreign-port', detail: 'a process holds a port outside the pool' });
  if (available !== broker.available) {
    breaches.push({ rule: 'counts', detail: `${available} ports are available, the broker says ${broker.available}` });
  }
  return breaches;
}

function countBreaches(broker: BrokerView): InvariantBreach[] {
  const breaches: InvariantBreach[] = [];
  for (const { id, runtime } of broker.processes()) {
    const counted = { 'in-use': 0, closing: 0, recycled: 0, leaked: 0, skipped: 0, available: 0 };
    let earliest = Number.POSITIVE_INFINITY;
    for (const { state, since } of runtime.leases()) {
      counted[state]++;
      if (state === 'closing') earliest = Math.min(earliest, since + runtime.settings.recycleAfter);
    }
    const { inUse, closing, recycled, leaked } = runtime.snapshot();
    const said = [inUse, closing, recycled, leaked].join(', ');
    const are = [counted['in-use'], counted.closing, counted.recycled, counted.leaked].join(', ');
    if (said !== are)
      breaches.push({
        rule: 'counts',
        detail: `${id} has ${are} leases in use, closing, recycled, leaked and says ${said}`,
      });
    const next = runtime.nextRecycleAt() ?? Number.POSITIVE_INFINITY;
    if (next !== earliest)
      breaches.push({ rule: 'recycle-time', detail: `${id} recycles next at ${next} instead of ${earliest} ms` });
  }
  return breaches;
}

function historyBreaches(now: PortOwnership, before: PortOwnership): InvariantBreach[] {
  const breaches: InvariantBreach[] = [];
  for (const [port, { process, state }] of before.leases) {
    if (!now.processes.has(process)) continue;
    const lease = now.leases.get(port);
    if (lease?.process !== process) {
      const where = lease === undefined ? 'nobody' : lease.process;
      breaches.push({
        rule: 'ownership',
        detail: `${state} port ${port} went from ${process} to ${where} while ${process} runs`,
      });
    } else if (state === 'leaked' && lease.state !== 'leaked') {
      breaches.push({ rule: 'leaked-for-good', detail: `leaked port ${port} of ${process} became ${lease.state}` });
    }
  }
  return breaches;
}

/** Whether a lease may go straight from one state to the other. */
export function mayBecome(from: LeaseState, to: LeaseState): boolean {
  return (LEASE_TRANSITIONS[from] as readonly LeaseState[]).includes(to);
}
