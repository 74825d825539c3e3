import type { SoakStep } from '../soak/index.ts';
import type { Metric } from './metrics.ts';

/** What a soak has come to so far, for Prometheus. */
export class SoakMetrics {
  readonly #pool: number;
  readonly #outcomes: Record<SoakStep['outcome'], number> = { opened: 0, failed: 0, refused: 0 };
  #last: SoakStep | null = null;

  constructor(pool: number) {
    this.#pool = pool;
  }

  add(step: SoakStep): void {
    this.#last = step;
    this.#outcomes[step.outcome]++;
  }

  get metrics(): readonly Metric[] {
    return [
      { name: 'clusrpc_soak_opens_total', help: 'Opens by outcome.', label: 'outcome', read: () => this.#outcomes },
      { name: 'clusrpc_soak_pool_ports', help: 'Ports that RPC may use.', read: () => this.#pool },
      { name: 'clusrpc_soak_ports', help: 'Ports by state.', label: 'state', read: () => this.#ports() },
    ];
  }

  #ports(): Readonly<Record<string, number>> {
    const { inUse = 0, closing = 0, recycled = 0, leaked = 0 } = this.#last ?? {};
    return { in_use: inUse, closing, recycled, leaked, available: this.#pool - inUse - closing - recycled - leaked };
  }
}
