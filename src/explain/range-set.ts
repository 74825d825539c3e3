/** Beyond it, gaps are those of a hostile or hopeless capture, and numbers are no longer remembered. */
const MAX_RANGES = 64;

const NONE = -1;

/** Which numbers from 0 on have been seen. One that was seen alone, or a range in order, costs no more than its two ends. */
export class RangeSet {
  size = 0;
  #first = NONE;
  #last = NONE;
  /** All ranges, in order and apart, as first, last, first, last, …; null: there is one at most. */
  #ranges: number[] | null = null;

  /** True when it is new. When there are too many ranges a new number is not remembered, so it is new each time. */
  add(value: number): boolean {
    if (this.#ranges !== null) return this.#insert(this.#ranges, value);
    if (this.size > 0 && value >= this.#first && value <= this.#last) return false;
    this.size += 1;
    if (this.size === 1) this.#first = this.#last = value;
    else if (value === this.#last + 1) this.#last = value;
    else if (value === this.#first - 1) this.#first = value;
    else {
      const range = [this.#first, this.#last];
      const single = [value, value];
      this.#ranges = value < this.#first ? [...single, ...range] : [...range, ...single];
    }
    return true;
  }

  has(value: number): boolean {
    const ranges = this.#ranges ?? [this.#first, this.#last];
    for (let at = 0; at < ranges.length; at += 2) {
      if (value >= (ranges[at] as number) && value <= (ranges[at + 1] as number)) return this.size > 0;
    }
    return false;
  }

  /** Whether every number from 0 to `last` has been seen. */
  coversTo(last: number): boolean {
    const [first = this.#first, until = this.#last] = this.#ranges ?? [];
    return first === 0 && until >= last;
  }

  #insert(ranges: number[], value: number): boolean {
    let at = ranges.length;
    while (at > 0 && (ranges[at - 2] as number) > value) at -= 2;
    // Ranges before `at` begin at `value` or below.
    const lastBefore = at > 0 ? (ranges[at - 1] as number) : Number.NEGATIVE_INFINITY;
    if (value <= lastBefore) return false;
    this.size += 1;
    const joinsBefore = lastBefore === value - 1;
    const joinsAfter = at < ranges.length && ranges[at] === value + 1;
    if (joinsBefore && joinsAfter) ranges.splice(at - 1, 2);
    else if (joinsBefore) ranges[at - 1] = value;
    else if (joinsAfter) ranges[at] = value;
    else if (ranges.length < 2 * MAX_RANGES) ranges.splice(at, 0, value, value);
    return true;
  }
}
