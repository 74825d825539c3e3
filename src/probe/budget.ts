import { systemClock } from '../transport/clock.ts';
import type { ProbeSettings } from './settings.ts';

/** The time that one target has: so much for each stage, so much for all of them. */
export class Budget {
  readonly stageTimeout: number;
  readonly timeout: number;
  readonly #end: number;
  #stageEnd: number;

  constructor({ stageTimeout, timeout }: Pick<ProbeSettings, 'stageTimeout' | 'timeout'>) {
    this.stageTimeout = stageTimeout;
    this.timeout = timeout;
    this.#end = systemClock.now() + timeout;
    this.#stageEnd = this.#end;
  }

  /** A new stage begins. */
  startStage(): void {
    this.#stageEnd = Math.min(this.#end, systemClock.now() + this.stageTimeout);
  }

  /** Whole ms until the stage is over. */
  remaining(): number {
    return Math.max(0, Math.ceil(this.#stageEnd - systemClock.now()));
  }

  /** ms until the target is. */
  remainingInAll(): number {
    return Math.max(0, this.#end - systemClock.now());
  }

  toString(): string {
    return `limits: ${this.stageTimeout} ms for a stage, ${this.timeout} ms for the target`;
  }
}
