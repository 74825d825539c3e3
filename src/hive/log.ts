import type { RandomAccess } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { type BaseBlock, BINS_START, decodeBaseBlock, isDirty } from './base-block.ts';
import { nextBin, readBinHeader } from './bins.ts';

/** A transaction log that lies beside a hive: `SOFTWARE.LOG`, `SOFTWARE.LOG1`. */
export interface LogFile {
  readonly name: string;
  readonly file: RandomAccess;
}

export interface AppliedLog {
  /** The hive with the pages of the log laid over it; the files themselves are never written. */
  readonly file: RandomAccess;
  readonly base: BaseBlock;
  readonly pages: number;
  /** Stretches of bins that the pages would have broken; there the hive is as it was. */
  readonly warnings: readonly string[];
}

export type LogVerdict =
  | { readonly kind: 'applied'; readonly applied: AppliedLog }
  | { readonly kind: 'empty' | 'new-format' | 'unusable'; readonly reason: string };

const PAGE = 512;
const OLD_TYPES: readonly number[] = [1, 2];
const MAX_LOG = 0x20000000;

/**
 * Lays a log of the old format ("DIRT": NT 4 to Windows 8.0) over a dirty hive (msuhanov's regf specification, "Old format").
 * A log of the new format ("HvLE", Windows 8.1 and later) is named as such and left alone.
 */
export function applyLog(hive: RandomAccess, base: BaseBlock, log: RandomAccess): LogVerdict {
  if (log.size === 0) return { kind: 'empty', reason: 'the log is empty' };
  const head = log.read(0, PAGE);
  if (head.length < PAGE || new Reader(head).u32() !== 0x66676572) return unusable('it does not begin with "regf"');
  const block = decodeBaseBlock(head);
  const start = Math.max(1, block.clusteringFactor) * PAGE;
  if (block.fileType === 6 || signature(log, PAGE) === 'HvLE') {
    return { kind: 'new-format', reason: 'it has the format of Windows 8.1 and later (HvLE), which is not applied' };
  }
  if (!OLD_TYPES.includes(block.fileType)) return unusable(`its file type is ${block.fileType}`);
  if (isDirty(block)) return unusable('it was not written to its end');
  if (!belongs(block, base, hive)) return unusable('it belongs to another state of the hive');
  if (block.binsSize % 4096 !== 0 || block.binsSize > MAX_LOG)
    return unusable(`it speaks of ${block.binsSize} bytes of bins`);
  if (signature(log, start) !== 'DIRT') return unusable('it has no "DIRT" bitmap');
  const pages = dirtyPages(log, start, block.binsSize / PAGE);
  if (pages === null) return unusable('it ends before its last page');
  return { kind: 'applied', applied: overlay(hive, log, block, pages) };
}

function unusable(reason: string): LogVerdict {
  return { kind: 'unusable', reason };
}

/**
 * A damaged base block has lost its time; the first bin carries a copy, in some hives. A log that is older than it belongs to what has
 * been written since; any other is the last write, which may be laid over its own result once more.
 */
function belongs(log: BaseBlock, base: BaseBlock, hive: RandomAccess): boolean {
  if (base.checksumValid) return log.lastWritten === base.lastWritten;
  const copy = hive.read(BINS_START + 20, 8);
  return copy.length < 8 || new Reader(copy).u64() <= log.lastWritten;
}

/** Number of a 512-byte page of the bins, and where the log keeps it. */
function dirtyPages(log: RandomAccess, start: number, pageCount: number): ReadonlyMap<number, number> | null {
  const bitmap = log.read(start + 4, Math.ceil(pageCount / 8));
  if (bitmap.length < Math.ceil(pageCount / 8)) return null;
  let at = start + Math.ceil((4 + bitmap.length) / start) * start;
  const pages = new Map<number, number>();
  for (let page = 0; page < pageCount; page++) {
    if (((bitmap[page >>> 3] as number) & (1 << (page & 7))) === 0) continue;
    pages.set(page, at);
    at += PAGE;
    if (at > log.size) return null;
  }
  return pages;
}

function overlay(
  hive: RandomAccess,
  log: RandomAccess,
  base: BaseBlock,
  pages: ReadonlyMap<number, number>,
): AppliedLog {
  const kept = new Map(pages);
  const size = Math.max(hive.size, BINS_START + base.binsSize);
  const file: RandomAccess = {
    size,
    read: (offset, length) => readOver(hive, log, kept, Math.max(0, Math.min(length, size - offset)), offset),
  };
  const warnings: string[] = [];
  for (let at = 0; at < base.binsSize; ) {
    const bin = readBinHeader(file, at, base.binsSize);
    if (bin !== null) at += bin.size;
    else {
      const next = nextBin(file, at, base.binsSize);
      for (let page = at / PAGE; page < next / PAGE; page++) kept.delete(page);
      warnings.push(
        `offset 0x${(BINS_START + at).toString(16)}: the log's pages break a hive bin here and are left out`,
      );
      at = next;
    }
  }
  return { file, base: { ...base, fileType: 0 }, pages: kept.size, warnings };
}

/** Page by page from the log where it has one, from the hive otherwise; pages that neither has are zeros. */
function readOver(
  hive: RandomAccess,
  log: RandomAccess,
  pages: ReadonlyMap<number, number>,
  length: number,
  offset: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(hive.read(offset, length).subarray(0, length));
  const first = Math.max(0, Math.floor((offset - BINS_START) / PAGE));
  const last = Math.floor((offset + length - 1 - BINS_START) / PAGE);
  for (let page = first; page <= last; page++) {
    const source = pages.get(page);
    if (source === undefined) continue;
    const target = BINS_START + page * PAGE - offset;
    const skip = Math.max(0, -target);
    bytes.set(log.read(source + skip, Math.min(PAGE - skip, length - target - skip)), target + skip);
  }
  return bytes;
}

function signature(log: RandomAccess, offset: number): string {
  return String.fromCharCode(...log.read(offset, 4));
}
