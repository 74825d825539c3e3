/** Things that become due after some time, in the order in which they were put there. Each costs the same, however many there are. */
export class DueQueue<T> {
  readonly #delayMs: number;
  #items: { readonly item: T; readonly sinceMs: number }[] = [];
  #head = 0;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  push(item: T, sinceMs: number): void {
    this.#items.push({ item, sinceMs });
  }

  /** Takes those out that have been there for longer than the delay; what is put in meanwhile waits for the next time. */
  *due(nowMs: number): Generator<T> {
    for (let left = this.#items.length - this.#head; left > 0; left--) {
      const { item, sinceMs } = this.#items[this.#head] as { item: T; sinceMs: number };
      if (nowMs - sinceMs <= this.#delayMs) return;
      this.#head += 1;
      if (this.#head * 2 > this.#items.length) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      yield item;
    }
  }
}
