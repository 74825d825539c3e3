import { formatError, type RandomAccess, readExactly } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';

/** The first 512 bytes of a registry file (msuhanov's regf specification, "Base block"). Offsets count from the first hive bin. */
export interface BaseBlock {
  readonly primarySequence: number;
  readonly secondarySequence: number;
  /** FILETIME, UTC. */
  readonly lastWritten: bigint;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** 0: the hive itself; 1, 2: log of the old format; 6: log of the new one. */
  readonly fileType: number;
  readonly rootOffset: number;
  /** Bytes of hive bins after the first 4096 bytes of the file. */
  readonly binsSize: number;
  /** Sector size in units of 512 bytes; lays out a log. */
  readonly clusteringFactor: number;
  readonly checksumValid: boolean;
}

/** File offset of the first hive bin. */
export const BINS_START = 4096;

const MAX_BINS_SIZE = 0x20000000;

/** Whether a file is worth being read as a hive: by its signature and version, or by its first hive bin where the base block is damaged. */
export function looksLikeHive(file: RandomAccess): boolean {
  const version = file.read(0x14, 4);
  const isFirst = ascii(file.read(0, 4)) === 'regf' && version.length === 4 && new Reader(version).u32() === 1;
  return isFirst || hasBins(file);
}

/** Throws RemoteProtocolError when the file is no registry hive. */
export function readBaseBlock(file: RandomAccess): BaseBlock {
  const signature = ascii(file.read(0, 4)) === 'regf';
  if (!signature && !hasBins(file)) throw formatError(0, 'not a registry hive: it does not begin with "regf"');
  const block = decodeBaseBlock(readExactly(file, 0, 512, 'base block'));
  if (!looksLikeHive(file)) throw formatError(0x14, 'not a registry hive, though it begins with "regf"');
  return signature ? block : { ...block, checksumValid: false };
}

function hasBins(file: RandomAccess): boolean {
  return ascii(file.read(BINS_START, 4)) === 'hbin';
}

export function decodeBaseBlock(bytes: Uint8Array): BaseBlock {
  const reader = new Reader(bytes, true, 4);
  const block = {
    primarySequence: reader.u32(),
    secondarySequence: reader.u32(),
    lastWritten: reader.u64(),
    majorVersion: reader.u32(),
    minorVersion: reader.u32(),
    fileType: reader.u32(),
  };
  reader.skip(4);
  return {
    ...block,
    rootOffset: reader.u32(),
    binsSize: reader.u32(),
    clusteringFactor: reader.u32(),
    checksumValid: new Reader(bytes, true, 508).u32() === baseBlockChecksum(bytes),
  };
}

/** XOR of the first 127 words; 0 and 0xffffffff are never stored. */
function baseBlockChecksum(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  let sum = 0;
  for (let i = 0; i < 127; i++) sum = (sum ^ reader.u32()) >>> 0;
  if (sum === 0xffffffff) return 0xfffffffe;
  return sum === 0 ? 1 : sum;
}

/** A write to the hive was under way: its bins may be older than its log, or torn. */
export function isDirty(block: BaseBlock): boolean {
  return !block.checksumValid || block.primarySequence !== block.secondarySequence;
}

/**
 * What can be believed of a base block whose checksum is wrong: its bins go on to the end of the file, and a version that is none is
 * taken for 1.5, which reads every older hive.
 */
export function unproved(block: BaseBlock, fileSize: number): BaseBlock {
  const binsSize = Math.max(0, Math.floor((fileSize - BINS_START) / 4096) * 4096);
  const known = block.majorVersion === 1 && block.minorVersion >= 3 && block.minorVersion <= 6;
  return { ...block, fileType: 0, binsSize, ...(!known && { majorVersion: 1, minorVersion: 5 }) };
}

/** Refuses what this reader cannot make sense of; says how many bytes of bins the file really has. */
export function checkedBinsSize(block: BaseBlock, fileSize: number): number {
  if (block.majorVersion !== 1 || block.minorVersion < 3 || block.minorVersion > 6) {
    throw formatError(
      0x14,
      `registry hive version ${block.majorVersion}.${block.minorVersion}; 1.3 to 1.6 can be read`,
    );
  }
  if (fileSize < BINS_START + 4096) throw formatError(fileSize, 'the registry hive ends before its first hive bin');
  const size = Math.min(block.binsSize, fileSize - BINS_START);
  if (size > MAX_BINS_SIZE)
    throw formatError(0x28, `a registry hive of ${size} bytes; at most ${MAX_BINS_SIZE} are read`);
  return size;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
