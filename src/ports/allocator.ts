import { nextPoolPort, type PortPool } from './pool.ts';
import type { PortSource } from './runtime.ts';

/** Which ports of a pool are taken: hands out the lowest free one a request. */
export class PortAllocator implements PortSource {
  readonly pool: PortPool;
  /** One bit for each port number: taken. */
  readonly #taken = new Uint32Array(2048);
  /** No port of the pool below this one is free. */
  #lowest = 0;
  #available: number;

  constructor(pool: PortPool) {
    this.pool = pool;
    this.#available = pool.size;
  }

  get size(): number {
    return this.pool.size;
  }

  get available(): number {
    return this.#available;
  }

  isAvailable(port: number): boolean {
    return nextPoolPort(this.pool, port) === port && !this.#isTaken(port);
  }

  /** -1: none is free. */
  take(): number {
    if (this.#available === 0) return -1;
    let port = nextPoolPort(this.pool, this.#lowest);
    while (this.#isTaken(port)) port = nextPoolPort(this.pool, port + 1);
    this.#taken[port >>> 5] = (this.#taken[port >>> 5] as number) | (1 << (port & 31));
    this.#lowest = port + 1;
    this.#available--;
    return port;
  }

  /** Of ports that were taken. */
  giveBack(ports: Iterable<number>): void {
    for (const port of ports) {
      this.#taken[port >>> 5] = (this.#taken[port >>> 5] as number) & ~(1 << (port & 31));
      this.#lowest = Math.min(this.#lowest, port);
      this.#available++;
    }
  }

  #isTaken(port: number): boolean {
    return (((this.#taken[port >>> 5] as number) >>> (port & 31)) & 1) === 1;
  }
}
