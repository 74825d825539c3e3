import { LocalMisuseError } from '../status/errors.ts';
import { PortAllocator } from './allocator.ts';
import type { PortLease, PortSnapshot } from './lease.ts';
import type { PortPool } from './pool.ts';
import { type RuntimeOptions, runtimeSettings } from './profiles.ts';
import { countPorts, mergeRanges } from './ranges.ts';
import { DatagramRuntime, type RuntimeHooks } from './runtime.ts';

/** One program on the client machine; its end, and nothing else, gives its ports back. */
export interface ClientProcess {
  readonly id: string;
  readonly runtime: DatagramRuntime;
  /** Ends the process at that time (ms): every lease of it becomes available. Later calls do nothing. */
  end(now: number): void;
}

/**
 * RPCSS of one client machine: owns the pool, hands out the lowest free port a request, and takes ports back only when a
 * process ends (KB814622: "They remain allocated to the process for the lifetime of that process").
 */
export class PortBroker {
  readonly pool: PortPool;
  readonly #processes = new Map<string, ClientProcess>();
  readonly #ports: PortAllocator;

  /** Throws LocalMisuseError for a pool whose ranges are not as `mergeRanges` gives them. */
  constructor(pool: PortPool) {
    if (
      JSON.stringify(mergeRanges(pool.ranges)) !== JSON.stringify(pool.ranges) ||
      countPorts(pool.ranges) !== pool.size
    ) {
      throw new LocalMisuseError(
        'the ranges of a pool must be sorted, apart from each other, and as many ports as its size',
      );
    }
    this.pool = pool;
    this.#ports = new PortAllocator(pool);
  }

  /** How many ports no process holds. */
  get available(): number {
    return this.#ports.available;
  }

  /** Starts a program with a runtime of that profile. Throws LocalMisuseError while one of the same id runs. */
  startProcess(id: string, options: RuntimeOptions = {}, hooks: RuntimeHooks = {}): ClientProcess {
    if (this.#processes.has(id)) throw new LocalMisuseError(`process ${id} runs already`);
    const runtime = new DatagramRuntime(id, this.#ports, runtimeSettings(options), hooks);
    const process = { id, runtime, end: (now: number) => this.#end(process, now) };
    this.#processes.set(id, process);
    return process;
  }

  /** The processes that run. */
  processes(): IterableIterator<ClientProcess> {
    return this.#processes.values();
  }

  /** Whether the broker itself holds that port of its pool. */
  isAvailable(port: number): boolean {
    return this.#ports.isAvailable(port);
  }

  /** Every lease of every process that runs. */
  *leases(): Generator<PortLease> {
    for (const { runtime } of this.#processes.values()) yield* runtime.leases();
  }

  /** The sum over all processes that run. */
  snapshot(): PortSnapshot {
    const sum = { pool: this.pool.size, inUse: 0, closing: 0, recycled: 0, leaked: 0 };
    for (const { runtime } of this.#processes.values()) {
      const part = runtime.snapshot();
      sum.inUse += part.inUse;
      sum.closing += part.closing;
      sum.recycled += part.recycled;
      sum.leaked += part.leaked;
    }
    return sum;
  }

  #end(process: ClientProcess, now: number): void {
    if (this.#processes.get(process.id) !== process) return;
    this.#ports.giveBack(process.runtime.release(now));
    this.#processes.delete(process.id);
    for (const other of this.#processes.values())
      if (other.runtime.counters().waiting > 0) other.runtime.recycleDue(now);
  }
}
