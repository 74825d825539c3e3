/** Beyond it, gaps are those of a hostile or hopeless capture, and numbers are no longer remembered. */
const MAX_RANGES = 64;

/** Which numbers have been seen; those that come in order cost two numbers together. */
export class RangeSet {
  /** First and last of each range, in order and apart. */
  readonly #ranges: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when it is new. When there are too many ranges a new number is not remembered, so it is new each time. */
  add(value: number): boolean {
    const ranges = this.#ranges;
    let at = ranges.length;
    while (at > 0 && (ranges[at - 2] as number) > value) at -= 2;
    // Ranges before `at` begin at `value` or below.
    const lastBefore = at > 0 ? (ranges[at - 1] as number) : Number.NEGATIVE_INFINITY;
    if (value <= lastBefore) return false;
    this.#size += 1;
    const joinsBefore = lastBefore === value - 1;
    const joinsAfter = at < ranges.length && ranges[at] === value + 1;
    if (joinsBefore && joinsAfter) ranges.splice(at - 1, 2);
    else if (joinsBefore) ranges[at - 1] = value;
    else if (joinsAfter) ranges[at] = value;
    else if (ranges.length < 2 * MAX_RANGES) ranges.splice(at, 0, value, value);
    return true;
  }

  /** Whether every number from 0 to `last` has been seen. */
  coversTo(last: number): boolean {
    return this.#ranges[0] === 0 && (this.#ranges[1] as number) >= last;
  }
}
