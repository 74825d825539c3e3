import type { PortSnapshot } from '../ports/lease.ts';
import { type PortShortage, RPC_S_OUT_OF_RESOURCES } from '../ports/runtime.ts';
import { LatencyHistogram } from './latency.ts';
import type {
  SoakEnd,
  SoakExhaustion,
  SoakForecast,
  SoakMoment,
  SoakReport,
  SoakSettings,
  SoakStep,
} from './report.ts';
import { Timeline, timelinePoint } from './timeline.ts';

/** Counts what happens in a run, whatever runs it. All times in ms from the first open on. */
export class Tally {
  readonly #settings: SoakSettings;
  readonly #timeline = new Timeline();
  readonly #latency = new LatencyHistogram();
  readonly #onStep: ((step: SoakStep) => void) | undefined;
  #opened = 0;
  #failed = 0;
  #refused = 0;
  #closed = 0;
  #peak = 0;
  #stalls = 0;
  #longestStall = 0;
  #firstStall: SoakMoment | null = null;
  #stalledSince: number | null = null;
  #exhausted: SoakExhaustion | null = null;

  constructor(settings: SoakSettings, onStep?: (step: SoakStep) => void) {
    this.#settings = settings;
    this.#onStep = onStep;
  }

  /** Cycles that have their outcome. */
  get cycles(): number {
    return this.#opened + this.#failed + this.#refused;
  }

  /** When an open first found no port, and when none would come any more; null: not yet. */
  get ends(): { readonly refusedMs: number | null; readonly exhaustedMs: number | null } {
    return { refusedMs: this.#firstStall?.ms ?? null, exhaustedMs: this.#exhausted?.at.ms ?? null };
  }

  /** Ports as they are before an open. */
  sample(ms: number, ports: PortSnapshot): void {
    this.#timeline.offer(ms, ports);
  }

  /** An open got a port, which ends a stall. */
  leased(ms: number, ports: PortSnapshot): void {
    this.#endStall(ms);
    this.#peak = Math.max(this.#peak, this.#untakeable(ports));
  }

  opened(cycle: number, ms: number, ports: PortSnapshot, latencyMs?: number): void {
    this.#opened++;
    this.#peak = Math.max(this.#peak, this.#untakeable(ports));
    if (latencyMs !== undefined) this.#latency.add(latencyMs);
    this.#step(cycle, ms, 'opened', ports);
  }

  failed(cycle: number, ms: number, ports: PortSnapshot): void {
    this.#failed++;
    this.#step(cycle, ms, 'failed', ports);
  }

  refused(cycle: number, ms: number, shortage: PortShortage['reason'], ports: PortSnapshot): void {
    this.#refused++;
    this.without(cycle, ms, shortage);
    this.#step(cycle, ms, 'refused', ports);
  }

  /** An open found no port: it was refused, or waits from now on. */
  without(cycle: number, ms: number, shortage: PortShortage['reason']): void {
    if (shortage === 'stalled') {
      if (this.#stalledSince !== null) return;
      this.#stalledSince = ms;
      this.#stalls++;
      this.#firstStall ??= { cycle, ms };
    } else if (this.#exhausted === null) {
      this.#endStall(ms);
      const error = { code: RPC_S_OUT_OF_RESOURCES, symbol: 'RPC_S_OUT_OF_RESOURCES' } as const;
      this.#exhausted = { at: { cycle, ms }, error };
    }
  }

  closed(): void {
    this.#closed++;
  }

  report(ended: SoakEnd, ms: number, ports: PortSnapshot, forecast: SoakForecast): SoakReport {
    this.#endStall(ms);
    const { pool, inUse, closing, recycled, leaked } = ports;
    return {
      schema: 'clusrpc/soak/1',
      settings: this.#settings,
      cycles: this.cycles,
      opened: this.#opened,
      failed: this.#failed,
      refused: this.#refused,
      closed: this.#closed,
      ended,
      stalls: { count: this.#stalls, longestMs: this.#longestStall, first: this.#firstStall },
      exhausted: this.#exhausted,
      ports: { pool, inUse, closing, recycled, leaked, peak: this.#peak },
      timeline: this.#timeline.end(ms, ports),
      latencyMs: this.#latency.quantiles(),
      forecast,
    };
  }

  #endStall(ms: number): void {
    if (this.#stalledSince === null) return;
    // Whole thousandths, as all times here: a difference of two of them need not be one.
    const took = Math.round((ms - this.#stalledSince) * 1_000) / 1_000;
    this.#longestStall = Math.max(this.#longestStall, took);
    this.#stalledSince = null;
  }

  #untakeable({ inUse, closing, recycled, leaked }: PortSnapshot): number {
    return inUse + closing + leaked + (this.#settings.reuse === 'never' ? recycled : 0);
  }

  #step(cycle: number, ms: number, outcome: SoakStep['outcome'], ports: PortSnapshot): void {
    this.#onStep?.({ cycle, outcome, ...timelinePoint(ms, ports) });
  }
}
