import { type Duration, durationMs } from '../status/duration.ts';
import { ClusError } from '../status/errors.ts';
import { setImmediate } from '../transport/timers.ts';
import type { VirtualClock } from '../transport/virtual-clock.ts';

export interface VirtualTimeOptions {
  readonly clock: VirtualClock;
  /** How many of the pending operations wait for something that no scheduled event brings, such as a port. */
  readonly blocked?: () => number;
  /** The pending operations were given up with this error: nobody waits for what they wait for. */
  readonly onStandstill?: (error: ClusError) => void;
}

interface Goal {
  readonly time: number;
  readonly reached: () => void;
}

/** Turns in a row without any way forward, after which nobody can be about to open one. */
const QUIET_TURNS = 3;

/**
 * Drives a virtual clock for promises: while an operation is pending, or an advance under way, it runs one event a turn of the event loop,
 * so that whoever awaits gets to act at the time of the event. In between, time stands still.
 */
export class VirtualTime {
  readonly clock: VirtualClock;
  readonly #blocked: () => number;
  readonly #onStandstill: (error: ClusError) => void;
  readonly #pending = new Set<(reason: ClusError) => void>();
  #goals: Goal[] = [];
  #quiet = 0;
  #running = false;

  constructor({ clock, blocked = () => 0, onStandstill = () => {} }: VirtualTimeOptions) {
    this.clock = clock;
    this.#blocked = blocked;
    this.#onStandstill = onStandstill;
  }

  /** Lets time go on until the operation has ended. Rejects with ERR_CLUSRPC_STANDSTILL when nothing that is scheduled can end it. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    let giveUp: (reason: ClusError) => void = () => {};
    const stuck = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    this.#pending.add(giveUp);
    this.#start();
    try {
      return await Promise.race([operation(), stuck]);
    } finally {
      this.#pending.delete(giveUp);
    }
  }

  /** Runs what is due in that time, and lets the promises settle that come of it. */
  advance(duration: Duration): Promise<void> {
    const time = this.clock.now() + durationMs(duration);
    return new Promise((reached) => {
      this.#goals.push({ time, reached });
      this.#goals.sort((a, b) => a.time - b.time);
      this.#start();
    });
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#quiet = 0;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#running = this.#pending.size > 0 || this.#goals.length > 0;
    if (!this.#running) return;
    const [goal] = this.#goals;
    if (goal !== undefined) this.#approach(goal);
    else if (this.#blocked() < this.#pending.size && this.clock.step()) this.#quiet = 0;
    else if (++this.#quiet >= QUIET_TURNS) this.#giveUp();
    setImmediate(() => this.#turn());
  }

  #approach(goal: Goal): void {
    this.#quiet = 0;
    if (this.clock.step(goal.time)) return;
    this.clock.runUntil(goal.time);
    this.#goals = this.#goals.filter((each) => each !== goal);
    goal.reached();
  }

  #giveUp(): void {
    this.#quiet = 0;
    const message = 'virtual time stands still: nothing that is scheduled can end this wait';
    const error = new ClusError(message, 'ERR_CLUSRPC_STANDSTILL', {
      advice: 'Close a handle, end the process that holds the ports, or do not let opens wait for ever (onExhaustion).',
    });
    for (const giveUp of this.#pending) giveUp(error);
    this.#onStandstill(error);
  }
}
