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
 * first needed; one bit for 4 bytes remembers the result.
 */
export function cellTable(file: RandomAccess, binsSize: number, warnings: Warnings): CellTable {
  const bins = binTable(file, binsSize, warnings);
  const starts = new Map<number, Uint8Array>();
  return {
    cell(offset) {
      const bin = bins.find(offset);
      if (bin === null) throw formatError(BINS_START + offset, 'a reference to outside of every hive bin');
      const known = starts.get(bin.start) ?? allocatedStarts(file, bin, warnings);
      starts.set(bin.start, known);
      const slot = (offset - bin.start) / 4;
      if (!Number.isInteger(slot) || !hasBit(known, slot)) {
        throw formatError(BINS_START + offset, 'a reference to a place where no allocated cell begins');
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

function allocatedStarts(file: RandomAccess, bin: Bin, warnings: Warnings): Uint8Array {
  const bits = new Uint8Array(Math.ceil(bin.size / 32));
  const end = bin.start + bin.size;
  let at = bin.start + BIN_HEADER;
  while (at < end) {
    const size = cellSize(file, at);
    const length = Math.abs(size);
    if (length < 8 || length % 4 !== 0 || at + length > end) {
      warnings.add(at, `a cell of size ${size}; the rest of its hive bin cannot be read`);
      break;
    }
    if (size < 0) setBit(bits, (at - bin.start) / 4);
    at += length;
  }
  return bits;
}

function cellSize(file: RandomAccess, offset: number): number {
  return new Reader(readExactly(file, BINS_START + offset, 4, 'cell size')).u32() | 0;
}

function setBit(bits: Uint8Array, index: number): void {
  bits[index >>> 3] = (bits[index >>> 3] as number) | (1 << (index & 7));
}

function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}
