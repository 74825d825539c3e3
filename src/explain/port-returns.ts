import { fewerByChance, type Stratum } from '../ports/distributions.ts';

/** How a use of a port ended, and whether the port was used again. */
export type UseEnd = 'closed' | 'failed';

interface Period {
  closed: number;
  closedReturned: number;
  failed: number;
  failedReturned: number;
}

/** Whether ports come back after a failed open as they do after a close. Of uses that ended so late that none could, nothing is counted. */
export interface ReturnFacts extends Readonly<Period> {
  /** Half of the ports that came back after a close did so within this time, ms; null: none came back. */
  readonly usualMs: number | null;
  /** Failed opens whose port did not come back, each later than the one before by more than the usual time. */
  readonly apart: number;
  /** How probable it is by chance that ports of failed opens come back as seldom as they do; compared within the same stretch of time. */
  readonly chance: number;
}

const PERIODS = 512;
const FIRST_WIDTH_MS = 100;
/** Classes of delays, each a tenth wider than the one before, from 1 ms on. */
const DELAY_STEP = Math.log(1.1);
const DELAYS = 256;
/** Ports that end within so many usual times are compared: in an outage of the server there are no closed ones. */
const SAME_TIME = 4;
/** Stretches of the capture by which losses are told to be steady. */
const STRETCHES = 16;

/** Counts how ports come back, in memory that does not grow: by periods, which become twice as long whenever there are too many. */
export class PortReturns {
  #firstMs = Number.NaN;
  #widthMs = FIRST_WIDTH_MS;
  #periods: Period[] = [];
  readonly #delays = { closed: new Uint32Array(DELAYS), failed: new Uint32Array(DELAYS) };

  ended(end: UseEnd, ms: number): void {
    this.#periodOf(ms)[end] += 1;
  }

  /** The use that ended then had not ended for good. */
  resumed(end: UseEnd, ms: number): void {
    this.#periodOf(ms)[end] -= 1;
  }

  /** The port of a use that ended at `endedMs` is used again. */
  returned(end: UseEnd, endedMs: number, nowMs: number): void {
    this.#periodOf(endedMs)[`${end}Returned`] += 1;
    const delay = Math.log(Math.max(1, nowMs - endedMs)) / DELAY_STEP;
    const index = Math.min(DELAYS - 1, Math.floor(delay));
    const delays = this.#delays[end];
    delays[index] = (delays[index] as number) + 1;
  }

  /** `lastMs`: when a port was taken last. */
  facts(lastMs: number): ReturnFacts {
    const usualMs = this.usualMs('closed');
    const restMs = usualMs ?? 0;
    const couldReturn = this.#periods.filter((_, index) => this.#startOf(index + 1) + restMs <= lastMs);
    const strata = together(couldReturn, Math.max(1, Math.ceil((SAME_TIME * restMs) / this.#widthMs)));
    const lostAtMs = couldReturn.flatMap(({ failed, failedReturned }, index) =>
      failed > failedReturned ? [this.#startOf(index)] : [],
    );
    const [sum = nothing()] = together(strata, strata.length);
    return { ...sum, usualMs, apart: countApart(lostAtMs, restMs), chance: fewerByChance(strata.map(comparison)) };
  }

  /** Half of the ports that came back after such an end did so within this time, ms; null: none came back. */
  usualMs(end: UseEnd): number | null {
    const delays = this.#delays[end];
    const returned = delays.reduce((sum, count) => sum + count, 0);
    if (returned === 0) return null;
    let index = 0;
    for (let below = delays[0] as number; below * 2 < returned; below += delays[index] as number) index += 1;
    return Math.exp((index + 1) * DELAY_STEP);
  }

  /** Variance of the losses over stretches of the capture, in units of their mean: 1 at random, more in bursts; 0 without any. */
  burstiness(lastMs: number): number {
    const seen = this.#periods.filter((_, index) => this.#startOf(index) <= lastMs);
    const lost = together(seen, Math.ceil(seen.length / STRETCHES)).map((each) => each.failed - each.failedReturned);
    const mean = lost.reduce((sum, count) => sum + count, 0) / lost.length;
    return mean > 0 ? lost.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (lost.length - 1) / mean : 0;
  }

  #startOf(index: number): number {
    return this.#firstMs + index * this.#widthMs;
  }

  #periodOf(ms: number): Period {
    if (Number.isNaN(this.#firstMs)) this.#firstMs = ms;
    let index = Math.max(0, Math.floor((ms - this.#firstMs) / this.#widthMs));
    while (index >= PERIODS) {
      this.#widen();
      index >>= 1;
    }
    while (this.#periods.length <= index) this.#periods.push(nothing());
    return this.#periods[index] as Period;
  }

  #widen(): void {
    this.#widthMs *= 2;
    this.#periods = together(this.#periods, 2);
  }
}

/** So many neighbours each made one. */
function together(periods: readonly Period[], count: number): Period[] {
  const sums: Period[] = [];
  periods.forEach((period, index) => {
    if (index % count === 0) sums.push(nothing());
    add(sums.at(-1) as Period, period);
  });
  return sums;
}

/** How many of them lie apart, each later than the one before by more than that distance. */
export function countApart(sorted: readonly number[], distance: number): number {
  let count = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const each of sorted) {
    if (each - before <= distance) continue;
    count += 1;
    before = each;
  }
  return count;
}

function nothing(): Period {
  return { closed: 0, closedReturned: 0, failed: 0, failedReturned: 0 };
}

function add(to: Period, more: Period): void {
  to.closed += more.closed;
  to.closedReturned += more.closedReturned;
  to.failed += more.failed;
  to.failedReturned += more.failedReturned;
}

function comparison({ closed, closedReturned, failed, failedReturned }: Period): Stratum {
  return { marked: failed, markedHit: failedReturned, others: closed, othersHit: closedReturned };
}
