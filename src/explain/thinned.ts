/** A list that keeps every n-th of what is added, with n doubled whenever it is full: the same points every time. */
export class Thinned<T> {
  readonly #limit: number;
  #kept: T[] = [];
  #stride = 1;
  #count = 0;
  #last: T | null = null;

  constructor(limit: number) {
    this.#limit = Math.max(2, limit);
  }

  add(item: T): void {
    this.#last = item;
    if (this.#count++ % this.#stride !== 0) return;
    this.#kept.push(item);
    if (this.#kept.length < this.#limit) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** What was kept, and the newest. */
  list(): readonly T[] {
    const last = this.#last;
    return last === null || this.#kept.at(-1) === last ? [...this.#kept] : [...this.#kept, last];
  }
}
