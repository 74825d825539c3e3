const MAX_PROCESSES = 1_024;
const MAX_RETURNS = 4_096;

interface Return {
  readonly failedMs: number;
  readonly ms: number;
}

/**
 * The processes of a host, as their answers to callbacks name them, and the ports of failed opens that came back. The end of a process
 * gives its ports back, lost or not: a return beside such an end says nothing of the defect.
 */
export class ProcessLives {
  readonly #lastSeen = new Map<string, number>();
  readonly #returns: Return[] = [];

  get size(): number {
    return this.#lastSeen.size;
  }

  seen(addressSpace: string, ms: number): void {
    if (this.#lastSeen.size < MAX_PROCESSES || this.#lastSeen.has(addressSpace)) this.#lastSeen.set(addressSpace, ms);
  }

  returned(failedMs: number, ms: number): void {
    if (this.#returns.length < MAX_RETURNS) this.#returns.push({ failedMs, ms });
  }

  /**
   * How many of the returns a process may have brought about that was seen last between shortly before the failure and the return.
   * Where no process is known, none is; where more than can be followed, all are.
   */
  atAnEnd(shortlyMs: number): number {
    if (this.#lastSeen.size >= MAX_PROCESSES) return this.#returns.length;
    const ends = [...this.#lastSeen.values()];
    return this.#returns.filter(({ failedMs, ms }) => ends.some((end) => end > failedMs - shortlyMs && end < ms))
      .length;
  }
}
