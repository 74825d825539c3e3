/** What a capture shows of the clocks that its times come from. */
export interface ClockFacts {
  /** Packets whose time lies before that of a packet before them. */
  readonly backwards: number;
  /** The largest such step, ms. */
  readonly largestMs: number;
  /** Of them, those of another interface than the packet before. */
  readonly betweenInterfaces: number;
  readonly firstFrame: number;
}

/** Steps that the order of two network cards or queues makes are no fault of a clock. */
const TOLERATED_MS = 1;

export class Clocks {
  #latestMs = Number.NEGATIVE_INFINITY;
  #latestInterface = 0;
  readonly #facts = { backwards: 0, largestMs: 0, betweenInterfaces: 0, firstFrame: 0 };

  get facts(): ClockFacts {
    return { ...this.#facts };
  }

  see(number: number, ms: number, interfaceId: number): void {
    const step = this.#latestMs - ms;
    if (step > TOLERATED_MS) {
      const facts = this.#facts;
      if (facts.backwards === 0) facts.firstFrame = number;
      facts.backwards += 1;
      if (interfaceId !== this.#latestInterface) facts.betweenInterfaces += 1;
      facts.largestMs = Math.max(facts.largestMs, step);
    }
    // From a step on times are compared with the new clock, so that one step counts once.
    this.#latestMs = ms;
    this.#latestInterface = interfaceId;
  }
}
