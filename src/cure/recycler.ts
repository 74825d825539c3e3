/** A process that opens clusters, with what it may still do. */
export interface Generation<P> {
  readonly process: P;
  /** Opens it has begun, and those that its calls under way are taken for. */
  opens: number;
  calls: number;
}

export interface RecyclerOptions<P> {
  /** Opens that one process may begin in its life. */
  readonly budget: number;
  readonly start: () => P;
  /** Nobody will use that process any more. */
  readonly end: (process: P) => void;
}

/**
 * Which process serves the next call, so that none begins more opens than its budget: one that could is let finish its
 * calls and is ended, and another takes its place. Knows nothing of how a process is started or called.
 */
export class Recycler<P> {
  readonly #options: RecyclerOptions<P>;
  readonly #retiring = new Set<Generation<P>>();
  #current: Generation<P> | null = null;

  constructor(options: RecyclerOptions<P>) {
    this.#options = options;
  }

  /** All that are not ended. */
  get generations(): readonly Generation<P>[] {
    return this.#current === null ? [...this.#retiring] : [...this.#retiring, this.#current];
  }

  /** The process for a call that will begin so many opens. */
  enter(opens = 1): Generation<P> {
    const { budget, start } = this.#options;
    if (this.#current !== null && this.#current.opens + opens > budget) this.#retire(this.#current);
    this.#current ??= { process: start(), opens: 0, calls: 0 };
    const generation = this.#current;
    generation.opens += opens;
    generation.calls++;
    return generation;
  }

  /** The call has ended; `more`: opens that it began beyond what it was taken for, negative if fewer. */
  leave(generation: Generation<P>, more = 0): void {
    generation.opens += more;
    generation.calls--;
    if (generation === this.#current && generation.opens >= this.#options.budget) this.#retire(generation);
    else this.#endIfDone(generation);
  }

  /** It has ended by itself. */
  lost(generation: Generation<P>): void {
    this.#retiring.delete(generation);
    if (this.#current === generation) this.#current = null;
  }

  #retire(generation: Generation<P>): void {
    this.#current = null;
    this.#retiring.add(generation);
    this.#endIfDone(generation);
  }

  #endIfDone(generation: Generation<P>): void {
    if (generation.calls > 0 || !this.#retiring.delete(generation)) return;
    this.#options.end(generation.process);
  }
}
