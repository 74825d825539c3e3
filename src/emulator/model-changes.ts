/** Something that happened to an object of the emulated cluster. */
export interface ModelChange {
  /** Counts the changes of the cluster, from 1 on. */
  readonly sequence: number;
  readonly kind: string;
  readonly name: string;
  /** One bit of CLUSTER_CHANGE. */
  readonly filter: number;
}

/** Who asks late does not learn of older ones. */
const MOST_KEPT = 1_000;

/** What has happened to a cluster, the last of it. */
export class ModelChanges {
  readonly #kept: ModelChange[] = [];
  readonly #listeners = new Set<() => void>();
  #last = 0;

  /** The number of the last one. */
  get last(): number {
    return this.#last;
  }

  add(changes: readonly Omit<ModelChange, 'sequence'>[]): void {
    if (changes.length === 0) return;
    for (const { kind, name, filter } of changes) this.#kept.push({ sequence: ++this.#last, kind, name, filter });
    this.#kept.splice(0, Math.max(0, this.#kept.length - MOST_KEPT));
    for (const listener of this.#listeners) listener();
  }

  /** In their order. */
  after(sequence: number): readonly ModelChange[] {
    const [oldest] = this.#kept;
    return oldest === undefined ? [] : this.#kept.slice(Math.max(0, sequence - oldest.sequence + 1));
  }

  /** Called at each of the next changes until what is answered is called. */
  onNext(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
