import { formatError, pagedAccess, type RandomAccess } from '../bytes/random-access.ts';
import { isClusError } from '../status/errors.ts';
import { type BaseBlock, BINS_START, checkedBinsSize, isDirty, readBaseBlock, unproved } from './base-block.ts';
import { BIN_HEADER } from './bins.ts';
import { type CellTable, cellTable } from './cells.ts';
import { type HiveKey, readKey } from './keys.ts';
import { applyLog, type LogFile } from './log.ts';
import { collectWarnings, type Warnings } from './warnings.ts';

/** An open registry hive. Records are read when they are asked for; memory stays small whatever the size of the file. */
export interface Hive {
  readonly base: BaseBlock;
  /** `dirty`: a write was cut off and no usable log was at hand; `recovered`: its log has been laid over it. */
  readonly state: 'clean' | 'dirty' | 'recovered';
  readonly binsSize: number;
  readonly root: HiveKey;
  readonly cells: CellTable;
  /** Grows while records are read. */
  readonly warnings: Warnings;
  /** Notes which key a list belongs to. Throws RemoteProtocolError when another key has claimed it. */
  claim(listOffset: number, keyOffset: number): void;
}

/**
 * Opens a registry hive of version 1.3 to 1.6 (NT 4 and Windows 2000 to today). A dirty hive is read with a warning, or with its
 * log of the old format laid over it. Throws RemoteProtocolError that names the offset when there is no hive to read.
 */
export function openHive(source: RandomAccess, logs: readonly LogFile[] = []): Hive {
  const warnings = collectWarnings();
  const { file, base, state } = recovered(source, logs, warnings);
  const paged = pagedAccess(file, 4096, 256);
  const binsSize = checkedBinsSize(base, file.size);
  if (binsSize < base.binsSize) {
    warnings.note(`offset 0x28: the file ends ${base.binsSize - binsSize} bytes before its last hive bin does`);
  }
  const cells = cellTable(paged, binsSize, warnings);
  const owners = new Map<number, number>();
  const claim = (listOffset: number, keyOffset: number): void => {
    const owner = owners.get(listOffset) ?? keyOffset;
    if (owner !== keyOffset) throw formatError(BINS_START + listOffset, 'a list that two keys claim');
    owners.set(listOffset, keyOffset);
  };
  const unrooted = { base, state, binsSize, cells, warnings, claim };
  return { ...unrooted, root: base.checksumValid ? readKey(unrooted, base.rootOffset) : likelyRoot(unrooted) };
}

/** Windows makes the root first, so that it lies at the beginning of the first hive bin. */
function likelyRoot(hive: Pick<Hive, 'base' | 'cells'>): HiveKey {
  try {
    const named = readKey(hive, hive.base.rootOffset);
    if ((named.flags & HIVE_ENTRY) !== 0) return named;
  } catch (error) {
    if (!isClusError(error)) throw error;
  }
  return readKey(hive, BIN_HEADER);
}

const HIVE_ENTRY = 4;

function recovered(
  source: RandomAccess,
  logs: readonly LogFile[],
  warnings: Warnings,
): Pick<Hive, 'base' | 'state'> & { file: RandomAccess } {
  const base = readBaseBlock(source);
  if (base.fileType !== 0 && base.checksumValid) {
    throw formatError(0x1c, `a registry transaction log (file type ${base.fileType}), not a hive`);
  }
  if (!isDirty(base)) return { file: source, base, state: 'clean' };
  for (const log of logs) {
    const verdict = applyLog(source, base, log.file);
    if (verdict.kind === 'applied') {
      const { applied } = verdict;
      warnings.note(`the hive was not closed properly; ${applied.pages} pages of ${log.name} have been laid over it`);
      for (const sentence of applied.warnings) warnings.note(sentence);
      return { file: applied.file, base: applied.base, state: 'recovered' };
    }
    if (verdict.kind !== 'empty') warnings.note(`${log.name} cannot be used: ${verdict.reason}`);
  }
  warnings.note(
    base.checksumValid
      ? `the hive was not closed properly (sequence numbers ${base.primarySequence} and ${base.secondarySequence}): it may be stale or torn`
      : 'the checksum of the base block is wrong: the hive may be stale or torn',
  );
  return { file: source, base: base.checksumValid ? base : unproved(base, source.size), state: 'dirty' };
}
