import { soakChart } from '../report/soak-chart.ts';
import { rangeText } from '../report/soak-words.ts';
import { countText, durationText } from '../report/text/figures.ts';
import { soakForecast } from '../soak/forecast.ts';
import type { SoakStep } from '../soak/index.ts';
import type { SoakPlan } from '../soak/settings.ts';
import { Timeline } from '../soak/timeline.ts';

const HEIGHT = 6;

/** A soak while it runs, in a few lines for a terminal: ports by state over time, opens and their rate, what is forecast. */
export class SoakLive {
  readonly #plan: SoakPlan;
  readonly #columns: number;
  readonly #timeline = new Timeline();
  readonly #forecast: readonly string[];
  #last: SoakStep | null = null;
  #refused = 0;
  #failed = 0;

  /** `columns` of the terminal. */
  constructor(plan: SoakPlan, columns = 80) {
    this.#plan = plan;
    this.#columns = columns;
    const { firstRefusalMs, exhaustionMs } = soakForecast(plan);
    const known = firstRefusalMs !== null || exhaustionMs !== null;
    this.#forecast = known
      ? [`forecast: first refusal ${rangeText(firstRefusalMs)}`, `          exhausted ${rangeText(exhaustionMs)}`]
      : [];
  }

  add(step: SoakStep): void {
    this.#last = step;
    this.#timeline.offer(step.ms, { pool: this.#plan.pool.size, ...step });
    if (step.outcome === 'refused') this.#refused++;
    if (step.outcome === 'failed') this.#failed++;
  }

  /** Nothing before the first open has its outcome. */
  lines(): readonly string[] {
    const last = this.#last;
    if (last === null) return [];
    const { size: pool } = this.#plan.pool;
    const { cycle, ms, inUse, closing, recycled, leaked } = last;
    const timeline = this.#timeline.end(ms, { pool, ...last });
    const pace = ms === 0 ? '' : `, one each ${durationText(ms / cycle)}`;
    return [
      ...soakChart({ timeline, ports: { pool } }, { columns: this.#columns, height: HEIGHT }).split('\n'),
      `ports: ${leaked} leaked, ${inUse} in use, ${closing} closing, ${recycled} recycled, of ${pool}`,
      `opens: ${countText(cycle, 'open')} in ${durationText(ms)}${pace}; ${this.#failed} failed, ${this.#refused} refused`,
      ...this.#forecast,
    ];
  }
}
