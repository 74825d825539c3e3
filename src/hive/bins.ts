import type { RandomAccess } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { BINS_START } from './base-block.ts';
import type { Warnings } from './warnings.ts';

export interface Bin {
  /** Offset from the first hive bin, and length, both multiples of 4096. */
  readonly start: number;
  readonly size: number;
}

export const BIN_HEADER = 32;

/** Finds the bin that holds an offset. */
export interface BinTable {
  /**
   * Goes back from the offset to the nearest header that begins a bin with the offset in it, and further to those that lead up to it:
   * few reads in a hive of any size. Null where they do not meet. A large cell may hold what looks like headers, so that only a
   * record that is found there proves them.
   */
  near(offset: number): Bin | null;
  /** Goes through the headers from the first on, as far as asked for. */
  find(offset: number): Bin | null;
}

/** So many headers in a row lead up to one that is believed. */
const LEADING = 4;
/** The largest bin that is looked for backwards. */
const FARTHEST = 256 * 4096;

/**
 * Damaged stretches are skipped to the next 4096-byte boundary that carries a bin header with its own offset, as real hives
 * with lost sectors need it; each step goes on by 4096 bytes at least.
 */
export function binTable(file: RandomAccess, binsSize: number, warnings: Warnings): BinTable {
  const bins: Bin[] = [];
  let scanned = 0;
  const scanTo = (offset: number): void => {
    while (scanned <= offset && scanned < binsSize) {
      const bin = readBinHeader(file, scanned, binsSize);
      if (bin === null) {
        warnings.add(scanned, 'no valid hive bin header; skipped to the next one');
        scanned = nextBin(file, scanned, binsSize);
      } else {
        bins.push(bin);
        scanned += bin.size;
      }
    }
  };
  /** The first header at this offset or before it, not too far. */
  const backFrom = (offset: number): Bin | null => {
    for (let at = offset; at >= Math.max(0, offset - FARTHEST); at -= 4096) {
      const bin = readBinHeader(file, at, binsSize);
      if (bin !== null) return bin;
    }
    return null;
  };
  return {
    near(offset) {
      if (offset < scanned || offset >= binsSize) return null;
      const found = backFrom(offset - (offset % 4096));
      if (found === null || found.start + found.size <= offset) return null;
      let next = found;
      for (let i = 0; i < LEADING && next.start > 0; i++) {
        const leading = backFrom(next.start - 4096);
        if (leading === null || leading.start + leading.size !== next.start) return null;
        next = leading;
      }
      return found;
    },
    find(offset) {
      if (offset >= binsSize) return null;
      scanTo(offset);
      return search(bins, offset);
    },
  };
}

/** The bin at an offset, or null when its signature, its own offset or its size is wrong. */
export function readBinHeader(file: RandomAccess, offset: number, binsSize: number): Bin | null {
  const bytes = file.read(BINS_START + offset, 12);
  if (bytes.length < 12) return null;
  const reader = new Reader(bytes);
  if (reader.u32() !== 0x6e696268 || reader.u32() !== offset) return null;
  const size = reader.u32();
  return size >= 4096 && size % 4096 === 0 && offset + size <= binsSize ? { start: offset, size } : null;
}

export function nextBin(file: RandomAccess, offset: number, binsSize: number): number {
  let at = offset + 4096;
  while (at < binsSize && readBinHeader(file, at, binsSize) === null) at += 4096;
  return at;
}

function search(bins: readonly Bin[], offset: number): Bin | null {
  let low = 0;
  let high = bins.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const bin = bins[middle] as Bin;
    if (offset < bin.start) high = middle - 1;
    else if (offset >= bin.start + bin.size) low = middle + 1;
    else return bin;
  }
  return null;
}
