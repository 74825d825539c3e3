import type { LatencyQuantiles } from './report.ts';

/** Upper bound of the first bucket, ms; each further one reaches 2 % more, to beyond an hour. */
const FIRST = 0.01;
const GROWTH = 1.02;
const BUCKETS = 1_000;

/** Durations in fixed buckets: quantiles within 2 %, the maximum exact, and no growth. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, FIRST) / FIRST) / Math.log(GROWTH));
    const at = Math.min(bucket, BUCKETS - 1);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.#count++;
    this.#max = Math.max(this.#max, ms);
  }

  /** null: nothing was added. */
  quantiles(): LatencyQuantiles | null {
    if (this.#count === 0) return null;
    return {
      p50: this.#quantile(0.5),
      p95: this.#quantile(0.95),
      p99: this.#quantile(0.99),
      max: microseconds(this.#max),
    };
  }

  #quantile(q: number): number {
    let left = Math.ceil(q * this.#count);
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0) return microseconds(Math.min(FIRST * GROWTH ** bucket, this.#max));
    }
    return microseconds(this.#max);
  }
}

function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
