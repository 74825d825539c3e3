import { formatError, type RandomAccess, readExactly } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { BINS_START } from './base-block.ts';
import { BIN_HEADER, type Bin, binTable } from './bins.ts';
import type { Warnings } from './warnings.ts';

/** The payload of an allocated cell: offset from the first hive bin, behind the size word, and length in bytes. */
export interface Cell {
  readonly at: number;
  readonly length: number;
}

export interface CellTable {
  /** Throws RemoteProtocolError unless an allocated cell begins exactly at `offset`. */
  cell(offset: number): Cell;
  /** `length` bytes of a payload, from `from` on. Throws RemoteProtocolError where the cell is shorter. */
  bytes(cell: Cell, from: number, length: number): Uint8Array;
}

/**
 * Cells fill a bin without gaps, so that one walk over the size words of a bin tells every legal reference into it: what does not
 * point at the start of an allocated cell is refused, which rules out overlapping and freed records. A bin is walked when it is
 * first needed; one bit for 4 bytes remembers the result, 1/32 of what was walked. The bin is looked for near the reference, and where
 * no cell is found so, by all headers before it.
 */
export function cellTable(file: RandomAccess, binsSize: number, warnings: Warnings): CellTable {
  const bins = binTable(file, binsSize, warnings);
  const proved = cellStarts(file, warnings);
  const nearby = cellStarts(file, warnings);
  const nearPage = new Map<number, Bin | null>();
  const isNearby = (offset: number): boolean => {
    const page = offset >>> 12;
    const known = nearPage.get(page);
    const bin = known === undefined ? bins.near(offset) : known;
    if (known === undefined) nearPage.set(page, bin);
    return bin !== null && nearby.hold(bin, offset);
  };
  return {
    cell(offset) {
      if (!isNearby(offset)) {
        const bin = bins.find(offset);
        if (bin === null) throw formatError(BINS_START + offset, 'a reference to outside of every hive bin');
        if (!proved.hold(bin, offset)) {
          throw formatError(BINS_START + offset, 'a reference to a place where no allocated cell begins');
        }
      }
      return { at: offset + 4, length: -cellSize(file, offset) - 4 };
    },
    bytes(cell, from, length) {
      if (from + length > cell.length) {
        throw formatError(
          BINS_START + cell.at + from,
          `${length} bytes wanted of a cell that has ${cell.length - from} left`,
        );
      }
      return readExactly(file, BINS_START + cell.at + from, length, 'cell');
    },
  };
}

interface CellStarts {
  /** Whether an allocated cell of that bin begins at the offset. */
  hold(bin: Bin, offset: number): boolean;
}

function cellStarts(file: RandomAccess, warnings: Warnings): CellStarts {
  const starts = bitSet();
  const walked = new Set<number>();
  return {
    hold(bin, offset) {
      if (!walked.has(bin.start)) {
        walked.add(bin.start);
        markStarts(file, bin, starts, warnings);
      }
      return offset % 4 === 0 && starts.has(offset / 4);
    },
  };
}

function markStarts(file: RandomAccess, bin: Bin, starts: BitSet, warnings: Warnings): void {
  const end = bin.start + bin.size;
  let at = bin.start + BIN_HEADER;
  while (at < end) {
    const size = cellSize(file, at);
    const length = Math.abs(size);
    if (length < 8 || length % 4 !== 0 || at + length > end) {
      warnings.add(at, `a cell of size ${size}; the rest of its hive bin cannot be read`);
      return;
    }
    if (size < 0) starts.add(at / 4);
    at += length;
  }
}

function cellSize(file: RandomAccess, offset: number): number {
  return new Reader(readExactly(file, BINS_START + offset, 4, 'cell size')).u32() | 0;
}

interface BitSet {
  add(index: number): void;
  has(index: number): boolean;
}

/** Bits in blocks of 16 384, made when they are first needed: most lookups touch a small part of a hive. */
function bitSet(): BitSet {
  const blocks = new Map<number, Uint8Array>();
  return {
    add(index) {
      const block = blocks.get(index >>> 14) ?? new Uint8Array(2048);
      blocks.set(index >>> 14, block);
      const at = (index >>> 3) & 2047;
      block[at] = (block[at] as number) | (1 << (index & 7));
    },
    has: (index) => ((blocks.get(index >>> 14)?.[(index >>> 3) & 2047] ?? 0) & (1 << (index & 7))) !== 0,
  };
}
