import { VirtualTime } from '../emulator/virtual-time.ts';
import { PortBroker } from '../ports/broker.ts';
import type { PortLease } from '../ports/lease.ts';
import type { DatagramRuntime } from '../ports/runtime.ts';
import { setImmediate } from '../transport/timers.ts';
import { VirtualClock } from '../transport/virtual-clock.ts';
import { drive } from './drive.ts';
import { failOpen, failsBeforePort } from './failures.ts';
import { soakForecast } from './forecast.ts';
import { type ModelProgram, modelProgram } from './model-subject.ts';
import type { SoakOptions } from './options.ts';
import type { SoakEnd, SoakReport, SoakSettings } from './report.ts';
import type { SoakPlan } from './settings.ts';
import { withStrategy } from './strategy.ts';
import type { SoakSubject } from './subject.ts';
import { Tally } from './tally.ts';
import { type PlannedCycle, workload } from './workload.ts';

/** Cycles between two turns of the event loop, so that an abort is heard and a progress bar drawn. */
const SLICE = 10_000;

/** The workload on the port model alone: a simulation that jumps from event to event. */
export async function runVirtually(plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  if (plan.settings.strategy !== 'naive') return soakCureVirtually(plan, options);
  const { signal, onStep } = options;
  const run = new VirtualRun(plan, new Tally(plan.settings, onStep));
  for (;;) {
    const ended = run.go(SLICE) ?? (signal?.aborted === true ? 'aborted' : null);
    if (ended !== null) return run.report(ended);
    await new Promise(setImmediate);
  }
}

/** The same for a cure, whose code works with promises: they settle between two events. */
function soakCureVirtually(plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  const clock = new VirtualClock(0);
  const broker = new PortBroker(plan.pool);
  const running = new Map<SoakSubject, ModelProgram>();
  const subject = withStrategy(plan, {
    start(number) {
      const program = modelProgram(plan, broker, `soak-${number}`, clock);
      running.set(program, program);
      return program;
    },
    exit: (program) => running.get(program)?.exit(),
  });
  return new VirtualTime({ clock }).run(() => drive(plan, subject, options));
}

/**
 * Events are few at any time: holds and slow failures are in the clock's heap, at most one for each port, closing ports in
 * the runtime's own queue, and the next open is a number.
 */
export class VirtualRun {
  readonly #plan: SoakPlan;
  readonly #settings: SoakSettings;
  readonly #tally: Tally;
  readonly #clock = new VirtualClock(0);
  readonly #runtime: DatagramRuntime;
  readonly #next: () => PlannedCycle;
  #cycle = 0;
  #nextAt = 0;
  #underWay = 0;
  #waiting: { readonly cycle: number; readonly planned: PlannedCycle } | null = null;

  constructor(plan: SoakPlan, tally: Tally) {
    const { settings } = plan;
    this.#plan = plan;
    this.#settings = settings;
    this.#tally = tally;
    this.#next = workload(settings, plan.trace);
    const { onFailure, reuse, leakOn, recycleAfterMs: recycleAfter, onExhaustion } = settings;
    const options = { onFailure, reuse, leakOn, recycleAfter, onExhaustion };
    this.#runtime = new PortBroker(plan.pool).startProcess('soak', options, {
      onGranted: (_wait, lease) => this.#granted(lease),
    }).runtime;
  }

  /** Goes on for some cycles; null: there are more. */
  go(cycles: number): SoakEnd | null {
    for (let i = 0; i < cycles; i++) {
      const ended = this.#reachNextOpen() ?? this.#end();
      if (ended !== null) return ended;
      this.#open();
    }
    return null;
  }

  report(ended: SoakEnd): SoakReport {
    const now = this.#clock.now();
    this.#runtime.recycleDue(now);
    return this.#tally.report(ended, now, this.#runtime.snapshot(), soakForecast(this.#plan));
  }

  /** Runs all that happens before the next open may begin. */
  #reachNextOpen(): SoakEnd | null {
    while (this.#waiting !== null) {
      if (!this.#stepTowardsPort()) return 'standstill';
    }
    const { concurrency } = this.#settings;
    while (concurrency !== null && this.#underWay >= concurrency) this.#clock.step();
    return null;
  }

  /** Nothing more to open: what is under way comes to its end first. */
  #end(): SoakEnd | null {
    const { cycles, durationMs } = this.#settings;
    const at = Math.max(this.#nextAt, this.#clock.now());
    const ended =
      cycles !== null && this.#cycle >= cycles ? 'cycles' : durationMs !== null && at >= durationMs ? 'duration' : null;
    if (ended !== null) while (this.#clock.step());
    return ended;
  }

  #open(): void {
    this.#clock.runUntil(Math.max(this.#nextAt, this.#clock.now()));
    const now = this.#clock.now();
    const planned = this.#next();
    this.#nextAt = now + planned.gapMs;
    this.#underWay++;
    this.#cycle++;
    const cycle = this.#cycle;
    this.#runtime.recycleDue(now);
    this.#tally.sample(now, this.#runtime.snapshot());
    if (planned.fails && failsBeforePort(this.#settings.failureKind)) {
      this.#leave();
      this.#tally.failed(cycle, now, this.#runtime.snapshot());
      return;
    }
    const result = this.#runtime.open(now);
    if (result.kind === 'leased') this.#leased(result.lease, cycle, planned);
    else if (result.kind === 'refused') {
      this.#leave();
      this.#tally.refused(cycle, now, result.reason, this.#runtime.snapshot());
    } else {
      this.#waiting = { cycle, planned };
      this.#tally.without(cycle, now, result.reason);
    }
  }

  /** One event, or the next recycled port; false: none can ever come. */
  #stepTowardsPort(): boolean {
    const recycleAt = this.#settings.reuse === 'by-process' ? this.#runtime.nextRecycleAt() : null;
    const eventAt = this.#clock.next();
    if (recycleAt === null && eventAt === null) {
      this.#tally.without(this.#cycle, this.#clock.now(), 'exhausted');
      return false;
    }
    if (recycleAt === null || (eventAt !== null && eventAt < recycleAt)) return this.#clock.step();
    this.#clock.runUntil(recycleAt);
    this.#runtime.recycleDue(recycleAt);
    return true;
  }

  #granted(lease: PortLease): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    // The runtime is in the middle of its own change: what the open does next comes after it.
    this.#clock.at(this.#clock.now(), () => this.#leased(lease, waiting.cycle, waiting.planned));
  }

  #leased(lease: PortLease, cycle: number, { fails, holdMs }: PlannedCycle): void {
    const { failureKind, failureMs } = this.#settings;
    this.#tally.leased(this.#clock.now(), this.#runtime.snapshot());
    if (fails) return this.#after(failureMs[failureKind], () => this.#fail(lease, cycle));
    this.#tally.opened(cycle, this.#clock.now(), this.#runtime.snapshot());
    this.#after(holdMs, () => this.#close(lease));
  }

  #fail(lease: PortLease, cycle: number): void {
    const now = this.#clock.now();
    failOpen(this.#runtime, lease, this.#settings.failureKind, now);
    this.#leave();
    this.#tally.failed(cycle, now, this.#runtime.snapshot());
  }

  #close(lease: PortLease): void {
    this.#runtime.close(lease, this.#clock.now());
    this.#leave();
    this.#tally.closed();
  }

  /** The user thinks, and may then open again. */
  #leave(): void {
    this.#after(this.#settings.thinkMs, () => this.#underWay--);
  }

  #after(ms: number, run: () => void): void {
    if (ms === 0) run();
    else this.#clock.at(this.#clock.now() + ms, run);
  }
}
