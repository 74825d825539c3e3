import { onAbort } from '../status/on-abort.ts';
import { keepingAlive } from '../transport/clock.ts';
import { soakForecast } from './forecast.ts';
import type { SoakOptions } from './options.ts';
import type { SoakEnd, SoakReport, SoakSettings } from './report.ts';
import type { SoakPlan } from './settings.ts';
import type { Attempt, AttemptOutcome, SoakSubject } from './subject.ts';
import { Tally } from './tally.ts';
import { type PlannedCycle, workload } from './workload.ts';

export interface DriveOptions extends Pick<SoakOptions, 'signal' | 'onStep' | 'onFailure'> {
  /** Failures in a row that end the run; default: none do. */
  readonly patience?: number;
}

/** The workload on something that takes its own time: opens are begun one after another, their cycles overlap. */
export async function drive(plan: SoakPlan, subject: SoakSubject, options: DriveOptions): Promise<SoakReport> {
  try {
    // Between two opens there may be no socket.
    return await keepingAlive(() => new Drive(plan, subject, options).run());
  } finally {
    await subject.end();
  }
}

/** ms between two looks at an open that waits. */
const SHORTEST_LOOK = 1_000;

/** ms by which a timer may be late; what is later was asleep, and is not caught up with. */
const MOST_LATE = 1_000;

class Drive {
  readonly #plan: SoakPlan;
  readonly #settings: SoakSettings;
  readonly #subject: SoakSubject;
  readonly #options: DriveOptions;
  readonly #tally: Tally;
  readonly #next: () => PlannedCycle;
  readonly #start: number;
  /** Cycles under way, by their number. */
  readonly #underWay = new Map<number, Attempt>();
  #cycle = 0;
  /** By the clock, since a difference of two times need not bring back the third. */
  #nextAt: number;
  /** Something else than the time held the next open back: the ones after it follow it, and not their plan. */
  #heldBack = false;
  #failuresInARow = 0;
  #hung = false;
  #over = false;
  #wake: () => void = () => {};

  constructor(plan: SoakPlan, subject: SoakSubject, options: DriveOptions) {
    this.#plan = plan;
    this.#settings = plan.settings;
    this.#subject = subject;
    this.#options = options;
    this.#tally = new Tally(plan.settings, options.onStep);
    this.#next = workload(plan.settings, plan.trace);
    this.#start = subject.clock.now();
    this.#nextAt = this.#start;
  }

  async run(): Promise<SoakReport> {
    const { signal } = this.#options;
    const stop = onAbort(signal, () => this.#wake());
    try {
      for (;;) {
        const ended = this.#ended();
        if (ended !== null) return await this.#finish(ended);
        const { concurrency } = this.#settings;
        if (concurrency !== null && this.#underWay.size >= concurrency) {
          this.#heldBack = true;
          await this.#pause(null);
        } else if (this.#subject.clock.now() < this.#nextAt) await this.#pause(this.#nextAt);
        else await this.#open();
      }
    } finally {
      stop();
    }
  }

  #ended(): SoakEnd | null {
    const { cycles, durationMs } = this.#settings;
    const { signal, patience = Number.POSITIVE_INFINITY } = this.#options;
    if (signal?.aborted === true) return 'aborted';
    if (this.#hung) return 'standstill';
    if (this.#failuresInARow >= patience) return 'three-failures';
    if (cycles !== null && this.#cycle >= cycles) return 'cycles';
    return durationMs !== null && Math.max(this.#subject.clock.now(), this.#nextAt) >= this.#start + durationMs
      ? 'duration'
      : null;
  }

  async #finish(ended: SoakEnd): Promise<SoakReport> {
    // The others let what is open come to its end; these two cannot wait for it.
    if (ended !== 'aborted' && ended !== 'standstill') await this.#allOrAbort();
    this.#over = true;
    const stopped = this.#options.signal?.aborted === true ? 'aborted' : this.#hung ? 'standstill' : ended;
    const report = this.#tally.report(stopped, this.#now(), this.#subject.snapshot(), soakForecast(this.#plan));
    return this.#settings.failureKind === 'call'
      ? { ...report, reconnects: this.#subject.reconnects?.() ?? 0 }
      : report;
  }

  async #allOrAbort(): Promise<void> {
    while (this.#underWay.size > 0 && this.#options.signal?.aborted !== true && !this.#hung) {
      await this.#pause(this.#lookAgainAt());
      for (const [cycle, attempt] of this.#underWay) {
        if (attempt.waiting() !== 'exhausted') continue;
        this.#tally.without(cycle, this.#now(), 'exhausted');
        this.#hung = true;
      }
    }
  }

  /** An open that a cure tries again may wait for another reason by then, and nobody is told. */
  #lookAgainAt(): number {
    return this.#subject.clock.now() + Math.max(SHORTEST_LOOK, this.#settings.recycleAfterMs);
  }

  /** Begins a cycle; goes on when its open has a port or was refused. */
  async #open(): Promise<void> {
    const begun = this.#now();
    const { fails, gapMs, holdMs } = this.#next();
    this.#nextAt = this.#dueAt() + gapMs;
    this.#cycle++;
    const cycle = this.#cycle;
    this.#tally.sample(begun, this.#subject.snapshot());
    const attempt = this.#subject.open(fails, () => {
      // Its port may come when the run is over.
      if (this.#over) return;
      this.#tally.leased(this.#now(), this.#subject.snapshot());
      this.#wake();
    });
    this.#underWay.set(cycle, attempt);
    void this.#follow(cycle, begun, attempt, holdMs).finally(() => {
      this.#underWay.delete(cycle);
      this.#wake();
    });
    await this.#untilPort(cycle, attempt);
  }

  /** When the open that begins now was due: timers are late, and the pace of the load must not suffer from it. */
  #dueAt(): number {
    const now = this.#subject.clock.now();
    const isPlanned = !this.#heldBack && now - this.#nextAt < MOST_LATE;
    this.#heldBack = false;
    return isPlanned ? this.#nextAt : now;
  }

  /** An open that waits for a port holds the program back: it hangs. */
  async #untilPort(cycle: number, attempt: Attempt): Promise<void> {
    for (let reason = attempt.waiting(); reason !== null; reason = attempt.waiting()) {
      this.#tally.without(cycle, this.#now(), reason);
      this.#heldBack = true;
      if (reason === 'exhausted') {
        this.#hung = true;
        return;
      }
      await this.#pause(this.#lookAgainAt());
      if (this.#options.signal?.aborted === true) return;
    }
  }

  async #follow(cycle: number, begun: number, attempt: Attempt, holdMs: number): Promise<void> {
    const outcome = await attempt.outcome;
    // What the end of the run cuts off has no outcome.
    if (this.#over) return;
    this.#count(cycle, begun, outcome);
    this.#wake();
    if (outcome.kind === 'opened') {
      await this.#rest(holdMs);
      await outcome.close();
      this.#tally.closed();
    }
    await this.#rest(this.#settings.thinkMs);
  }

  #count(cycle: number, begun: number, outcome: AttemptOutcome): void {
    const now = this.#now();
    const ports = this.#subject.snapshot();
    if (outcome.kind === 'refused') return this.#tally.refused(cycle, now, outcome.reason, ports);
    if (outcome.kind === 'opened') {
      this.#failuresInARow = 0;
      return this.#tally.opened(cycle, now, ports, now - begun);
    }
    this.#failuresInARow++;
    this.#options.onFailure?.(cycle, outcome.error);
    this.#tally.failed(cycle, now, ports);
  }

  async #rest(ms: number): Promise<void> {
    if (ms === 0) return;
    const { clock } = this.#subject;
    await new Promise<void>((resolve) => clock.at(clock.now() + ms, resolve));
  }

  /** Until that time, the end of a cycle, or an abort. */
  async #pause(until: number | null): Promise<void> {
    if (this.#options.signal?.aborted === true) return;
    const { clock } = this.#subject;
    await new Promise<void>((resolve) => {
      const timer = until === null ? null : clock.at(until, resolve);
      this.#wake = () => {
        timer?.cancel();
        resolve();
      };
    });
    this.#wake = () => {};
  }

  #now(): number {
    return Math.round((this.#subject.clock.now() - this.#start) * 1_000) / 1_000;
  }
}
