import { filetimeToMs } from '../bytes/filetime.ts';
import { formatError } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { isClusError, RemoteProtocolError } from '../status/errors.ts';
import { BINS_START } from './base-block.ts';
import type { Cell } from './cells.ts';
import type { Hive } from './hive.ts';
import { compareNames, decodeName, hintFits, mayHaveBeen, type NameHint, pathParts, sameName } from './names.ts';
import { collectWarnings, type Warnings } from './warnings.ts';

/** A key node (nk). The offsets count from the first hive bin. */
export interface HiveKey {
  readonly offset: number;
  readonly flags: number;
  /** ms since 1970, UTC; null for never. */
  readonly lastWrittenMs: number | null;
  readonly parentOffset: number;
  readonly subkeyCount: number;
  readonly subkeyList: number;
  readonly valueCount: number;
  readonly valueList: number;
  /** The number of values is a predefined handle instead: such a key has no values of its own. */
  readonly predefined: boolean;
  readonly name: string;
}

const NO_OFFSET = 0xffffffff;
const COMPRESSED_NAME = 0x20;
const PREDEFINED_HANDLE = 0x40;
/** Far above the largest key of a real system (hivex stops at 70 000). */
const MAX_SUBKEYS = 1_000_000;
const MAX_DEPTH = 512;
/** Windows never nests index roots; two levels are tolerated. */
const MAX_INDEX_DEPTH = 2;

/** Throws RemoteProtocolError when there is no key node at the offset. */
export function readKey(hive: Pick<Hive, 'cells'>, offset: number): HiveKey {
  const cell = hive.cells.cell(offset);
  const reader = new Reader(hive.cells.bytes(cell, 0, 76));
  if (reader.u16() !== 0x6b6e) throw formatError(BINS_START + offset, 'no key node ("nk") where one is referred to');
  const flags = reader.u16();
  const lastWritten = reader.u64();
  reader.skip(4);
  const parentOffset = reader.u32();
  const subkeyCount = reader.u32();
  reader.skip(4);
  const subkeyList = reader.u32();
  reader.skip(4);
  const valueCount = reader.u32();
  const valueList = reader.u32();
  const nameLength = new Reader(reader.bytes, true, 72).u16();
  const predefined = (flags & PREDEFINED_HANDLE) !== 0;
  return {
    offset,
    flags,
    lastWrittenMs: filetimeToMs(lastWritten),
    parentOffset,
    subkeyCount,
    subkeyList,
    valueCount: predefined ? 0 : valueCount,
    valueList,
    predefined,
    name: decodeName(hive.cells.bytes(cell, 76, nameLength), (flags & COMPRESSED_NAME) !== 0),
  };
}

/** The keys directly below, in the order of the hive. What cannot be read is left out and noted in the hive's warnings. */
export function* subkeys(hive: Hive, key: HiveKey, warnings: Warnings = hive.warnings): Generator<HiveKey> {
  let count = 0;
  for (const { offset, hint } of listedKeys(hive, key, warnings)) {
    if (count >= Math.min(key.subkeyCount, MAX_SUBKEYS)) {
      warnings.add(key.offset, `the key lists more than its ${key.subkeyCount} subkeys`);
      return;
    }
    count += 1;
    const child = attempt(warnings, () => readKey(hive, offset));
    if (child === null) continue;
    if (hint !== null && !hintFits(hint, child.name)) warnings.add(offset, 'a key has another name than its list says');
    if (child.parentOffset !== key.offset)
      warnings.add(offset, 'a key names another parent than the one that lists it');
    if (!isTombstone(hive, child)) yield child;
  }
  if (count < key.subkeyCount)
    warnings.add(key.offset, `the key has ${count} of the ${key.subkeyCount} subkeys it counts`);
}

/**
 * The subkey that is found where its name stands in the order of the list, as Windows keeps it. Null says nothing: what is wrong is
 * told by whoever looks at all of them.
 */
function sortedSubkey(hive: Hive, key: HiveKey, name: string): HiveKey | null {
  const unsaid = collectWarnings();
  const listed = [...listedKeys(hive, key, unsaid)];
  let low = 0;
  let high = Math.min(listed.length, key.subkeyCount) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const { offset } = listed[middle] as ListedKey;
    const child = attempt(unsaid, () => readKey(hive, offset));
    if (child === null || child.parentOffset !== key.offset) return null;
    const order = compareNames(child.name, name);
    if (order === 0) return isTombstone(hive, child) ? null : child;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

/** A key that is not among those that can be read is absent only where all of them can be read. */
function findSubkey(hive: Hive, key: HiveKey, name: string): HiveKey | null {
  const sorted = sortedSubkey(hive, key, name);
  if (sorted !== null) return sorted;
  const lost = collectWarnings(hive.warnings);
  let doubtful: HiveKey | null = null;
  for (const child of subkeys(hive, key, lost)) {
    if (sameName(child.name, name) && child.parentOffset === key.offset) return child;
    if (mayHaveBeen(child.name, name)) doubtful = child;
  }
  if (doubtful !== null) lost.add(doubtful.offset, `a key whose name may be the damaged ${name}`);
  const [first] = lost.list;
  if (first !== undefined) throw new RemoteProtocolError(first);
  return null;
}

/**
 * The key at a path below the root, for instance `Microsoft\Rpc\Internet`; null when a part of it is not there. Throws
 * RemoteProtocolError, with the place, when damage leaves open whether it is there.
 */
export function findKey(hive: Hive, path: string): HiveKey | null {
  let key: HiveKey | null = hive.root;
  for (const part of pathParts(path)) {
    key = findSubkey(hive, key, part);
    if (key === null) return null;
  }
  return key;
}

export interface WalkedKey {
  /** Names from below the root; the root itself has none. */
  readonly path: readonly string[];
  readonly key: HiveKey;
}

/** Every key once, parents first, however the lists are knotted: no recursion, at most 512 levels. */
export function* walkKeys(hive: Hive): Generator<WalkedKey> {
  const seen = new Set([hive.root.offset]);
  const stack: { parents: readonly string[] | null; key: HiveKey }[] = [{ parents: null, key: hive.root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { parents, key } = next;
    const path = parents === null ? [] : [...parents, key.name];
    yield { path, key };
    if (path.length >= MAX_DEPTH) {
      hive.warnings.add(key.offset, `keys more than ${MAX_DEPTH} levels deep are left out`);
      continue;
    }
    const children: { parents: readonly string[]; key: HiveKey }[] = [];
    for (const child of subkeys(hive, key)) {
      if (seen.has(child.offset)) hive.warnings.add(child.offset, 'a key is listed twice');
      else {
        seen.add(child.offset);
        children.push({ parents: path, key: child });
      }
    }
    for (const child of children.reverse()) stack.push(child);
  }
}

/** A place in a list of subkeys, with what an lf or lh list says of the name. */
interface ListedKey {
  readonly offset: number;
  readonly hint: NameHint | null;
}

function* listedKeys(hive: Hive, key: HiveKey, warnings: Warnings): Generator<ListedKey> {
  if (key.subkeyCount === 0) {
    if (isOffset(key.subkeyList)) warnings.add(key.offset, 'the key counts no subkeys but has a list of them');
    return;
  }
  if (!isOffset(key.subkeyList)) {
    warnings.add(key.offset, 'the key counts subkeys but has no list of them');
    return;
  }
  const pending = [{ offset: key.subkeyList, depth: 0 }];
  for (let list = pending.shift(); list !== undefined; list = pending.shift()) {
    const { offset, depth } = list;
    const read = attempt(warnings, () => readList(hive, key, offset, warnings));
    if (read === null) continue;
    if (!read.index) yield* read.listed;
    else if (depth >= MAX_INDEX_DEPTH) warnings.add(offset, 'index roots are nested too deep');
    else for (const each of read.listed) pending.push({ offset: each.offset, depth: depth + 1 });
  }
}

export function isOffset(offset: number): boolean {
  return offset !== NO_OFFSET && offset !== 0;
}

/** One list: li, lf and lh hold keys, ri holds lists. Two keys cannot share one: the second to claim it goes without. */
function readList(
  hive: Hive,
  key: HiveKey,
  offset: number,
  warnings: Warnings,
): { index: boolean; listed: readonly ListedKey[] } {
  const cell = hive.cells.cell(offset);
  hive.claim(offset, key.offset);
  const reader = new Reader(hive.cells.bytes(cell, 0, 4));
  const signature = String.fromCharCode(reader.u8(), reader.u8());
  const step = signature === 'lf' || signature === 'lh' ? 8 : 4;
  if (step === 4 && signature !== 'li' && signature !== 'ri') {
    throw formatError(BINS_START + offset, 'no subkey list (li, lf, lh, ri) where one is referred to');
  }
  const count = fitting(warnings, cell, offset, reader.u16(), step);
  const body = new Reader(hive.cells.bytes(cell, 4, count * step));
  const listed = Array.from({ length: count }, () => ({
    offset: body.u32(),
    hint: step === 4 ? null : { hashed: signature === 'lh', bits: body.u32() },
  }));
  return { index: signature === 'ri', listed };
}

function fitting(warnings: Warnings, cell: Cell, offset: number, count: number, step: number): number {
  const room = Math.floor((cell.length - 4) / step);
  if (count > room) warnings.add(offset, `a list of ${count} subkeys in a cell that holds ${room}`);
  return Math.min(count, room);
}

/** Layered keys of Windows 10 (version 1.6) mark a deleted key with layer semantics 1. */
function isTombstone(hive: Hive, key: HiveKey): boolean {
  if (hive.base.minorVersion < 6) return false;
  return ((hive.cells.bytes(hive.cells.cell(key.offset), 13, 1)[0] as number) & 3) === 1;
}

function attempt<T>(warnings: Warnings, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!isClusError(error)) throw error;
    warnings.note(error.message);
    return null;
  }
}
