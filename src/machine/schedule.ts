/** Something with timers: when the first of them is due, and when it stands in the schedule. */
export interface Timed {
  /** Key of its place in the schedule; infinite: it has none. Written by the schedule only. */
  scheduledAt: number;
}

/**
 * When the owners of timers are due: a binary heap, so that the next one is found without a look at the others. Most timers
 * are set anew long before they run out, so an owner that is to be woken later keeps its place and is woken once in vain.
 */
export class Schedule<Owner extends Timed> {
  readonly #heap: { readonly at: number; readonly owner: Owner }[] = [];

  /** When the first owner is due; infinite: none is. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Wakes this owner at that time, or before it. */
  wake(owner: Owner, at: number): void {
    if (at >= owner.scheduledAt) return;
    owner.scheduledAt = at;
    this.#push({ at, owner });
  }

  /** The next owner whose time has come, taken out of the schedule; null: none. */
  take(now: number): Owner | null {
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      const { at, owner } = first;
      if (at !== owner.scheduledAt) continue; // it was to be woken earlier than this, and was
      owner.scheduledAt = Number.POSITIVE_INFINITY;
      return owner;
    }
    return null;
  }

  #push(entry: { readonly at: number; readonly owner: Owner }): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= entry.at) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      const lesser = right !== undefined && right.at < left.at ? right : left;
      if (lesser === right) child += 1;
      if (lesser.at >= last.at) break;
      heap[place] = lesser;
      place = child;
    }
    heap[place] = last;
  }
}
