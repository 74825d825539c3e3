import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { readU32, writeU32 } from './scalar.ts';

/** Gives every pointer of one stub a referent id of its own. 0 on the wire means null, so ids never begin there. */
export class ReferentIds {
  readonly #step: number;
  #next: number;

  /** Windows numbers unique pointers from 0x00020000 in steps of 4. */
  constructor(first = 0x00020000, step = 4) {
    this.#next = first;
    this.#step = step;
  }

  next(): number {
    const id = this.#next;
    this.#next += this.#step;
    return id;
  }
}

/** A top-level pointer: the pointee stands right behind the referent id (C706 14.3.12). */
export function writePointer<T>(
  writer: Writer,
  ids: ReferentIds,
  value: T | null,
  writePointee: (writer: Writer, value: T) => void,
): void {
  writeReferent(writer, ids, value);
  if (value !== null) writePointee(writer, value);
}

export function readPointer<T>(reader: Reader, readPointee: (reader: Reader) => T): T | null {
  return readU32(reader) === 0 ? null : readPointee(reader);
}

/** The id alone, of a pointer inside a struct or array: its pointee follows the whole construct (C706 14.3.12). */
export function writeReferent(writer: Writer, ids: ReferentIds, value: unknown): void {
  writeU32(writer, value === null ? 0 : ids.next());
}

/** What full pointers of one stub lead to: an id that was met before stands for the same pointee, which is not sent again. */
export class FullPointees<T> {
  readonly #known = new Map<number, T>();

  read(reader: Reader, referent: number, readPointee: (reader: Reader) => T): T | null {
    if (referent === 0) return null;
    const known = this.#known.get(referent);
    if (known !== undefined) return known;
    const pointee = readPointee(reader);
    this.#known.set(referent, pointee);
    return pointee;
  }
}
