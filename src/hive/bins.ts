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

/** Finds the bin that holds an offset; reads bin headers only as far as asked for. */
export interface BinTable {
  find(offset: number): Bin | null;
}

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
  return {
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
