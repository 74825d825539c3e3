import { soakForecast } from '../soak/forecast.ts';
import type { SoakStep } from '../soak/index.ts';
import type { ForecastQuantiles } from '../soak/report.ts';
import type { SoakPlan } from '../soak/settings.ts';
import type { Metric } from './metrics.ts';

/** What a soak has come to so far, for Prometheus. */
export class SoakMetrics {
  readonly #plan: SoakPlan;
  readonly #outcomes: Record<SoakStep['outcome'], number> = { opened: 0, failed: 0, refused: 0 };
  #last: SoakStep | null = null;

  constructor(plan: SoakPlan) {
    this.#plan = plan;
  }

  add(step: SoakStep): void {
    this.#last = step;
    this.#outcomes[step.outcome]++;
  }

  get metrics(): readonly Metric[] {
    return [
      { name: 'clusrpc_soak_opens_total', help: 'Opens by outcome.', label: 'outcome', read: () => this.#outcomes },
      { name: 'clusrpc_soak_pool_ports', help: 'Ports that RPC may use.', read: () => this.#plan.pool.size },
      { name: 'clusrpc_soak_ports', help: 'Ports by state.', label: 'state', read: () => this.#ports() },
      {
        name: 'clusrpc_soak_elapsed_seconds',
        help: 'Time of the run, on its own clock.',
        read: () => (this.#last?.ms ?? 0) / 1_000,
      },
      {
        name: 'clusrpc_soak_forecast_first_refusal_seconds',
        help: 'When an open first finds no port, on the clock of the run; none: never, or not known.',
        label: 'quantile',
        read: () => secondsOf(soakForecast(this.#plan).firstRefusalMs),
      },
      {
        name: 'clusrpc_soak_forecast_exhaustion_seconds',
        help: 'When no port is left for good, on the clock of the run; none: never, or not known.',
        label: 'quantile',
        read: () => secondsOf(soakForecast(this.#plan).exhaustionMs),
      },
    ];
  }

  #ports(): Readonly<Record<string, number>> {
    const { inUse = 0, closing = 0, recycled = 0, leaked = 0 } = this.#last ?? {};
    return {
      in_use: inUse,
      closing,
      recycled,
      leaked,
      available: this.#plan.pool.size - inUse - closing - recycled - leaked,
    };
  }
}

function secondsOf(quantiles: ForecastQuantiles | null): Readonly<Record<string, number>> {
  if (quantiles === null) return {};
  const { p05, p50, p95 } = quantiles;
  return { '0.05': p05 / 1_000, '0.5': p50 / 1_000, '0.95': p95 / 1_000 };
}
