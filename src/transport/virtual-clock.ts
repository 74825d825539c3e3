import type { Clock, Timer } from './clock.ts';

interface Event {
  readonly time: number;
  /** Breaks ties: first scheduled, first run. */
  readonly order: number;
  run: (() => void) | null;
}

/** A clock that stands still until it is told to go on, and then jumps from event to event. */
export class VirtualClock implements Clock {
  #now: number;
  #scheduled = 0;
  #cancelled = 0;
  /** Binary heap, the earliest event first. */
  #events: Event[] = [];

  constructor(start = Date.UTC(2003, 2, 18)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, run: () => void): Timer {
    this.#scheduled += 1;
    const event: Event = { time: Math.max(time, this.#now), order: this.#scheduled, run };
    this.#push(event);
    return {
      cancel: () => {
        if (event.run === null) return;
        event.run = null;
        this.#cancelled += 1;
        if (this.#cancelled > 64 && this.#cancelled * 2 > this.#events.length) this.#compact();
      },
    };
  }

  /** When the next event is due; null: nothing is scheduled. */
  next(): number | null {
    for (let first = this.#events[0]; first !== undefined; first = this.#events[0]) {
      if (first.run !== null) return first.time;
      this.#pop();
      this.#cancelled -= 1;
    }
    return null;
  }

  /** Jumps to the next event and runs it; false: there is none up to `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const time = this.next();
    if (time === null || time > until) return false;
    const event = this.#pop();
    this.#now = Math.max(this.#now, time);
    const run = event?.run;
    if (event !== undefined) event.run = null;
    run?.();
    return true;
  }

  /** Runs every event up to `time` and stands there. */
  runUntil(time: number): void {
    while (this.step(time));
    this.#now = Math.max(this.#now, time);
  }

  #push(event: Event): void {
    const heap = this.#events;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isEarlier(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#events;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      if (right !== undefined && isEarlier(right, heap[child] as Event)) child += 1;
      const below = heap[child];
      if (below === undefined || !isEarlier(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  #compact(): void {
    const live = this.#events.filter(({ run }) => run !== null);
    this.#events = [];
    this.#cancelled = 0;
    for (const event of live) this.#push(event);
  }
}

function isEarlier(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
