import { BINS_START } from './base-block.ts';

/** What was wrong in a hive that could be read all the same: each sentence once, and not without end. */
export interface Warnings {
  readonly list: readonly string[];
  /** `offset` counts from the first hive bin. */
  add(offset: number, reason: string): void;
  /** A sentence that names its place already, as our errors do. */
  note(sentence: string): void;
}

const MAX_WARNINGS = 1000;

/** With `above`, every sentence goes there too: what was wrong on one lookup, and in the hive as a whole. */
export function collectWarnings(above?: Warnings): Warnings {
  const list: string[] = [];
  const seen = new Set<string>();
  const note = (sentence: string): void => {
    above?.note(sentence);
    if (seen.size >= MAX_WARNINGS || seen.has(sentence)) return;
    seen.add(sentence);
    list.push(seen.size === MAX_WARNINGS ? 'more warnings were left out' : sentence);
  };
  return { list, note, add: (offset, reason) => note(`offset 0x${(BINS_START + offset).toString(16)}: ${reason}`) };
}
