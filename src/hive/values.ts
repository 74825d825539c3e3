import { formatError } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { isClusError } from '../status/errors.ts';
import { BINS_START } from './base-block.ts';
import type { Cell } from './cells.ts';
import type { Hive } from './hive.ts';
import { type HiveKey, isOffset } from './keys.ts';
import { decodeName, sameName } from './names.ts';
import type { Warnings } from './warnings.ts';

/** A value (vk). Its data are not read before `valueData` asks for them. */
export interface HiveValue {
  readonly offset: number;
  /** Empty for the default value. */
  readonly name: string;
  /** REG_*: 1 string, 4 double word, 7 list of strings; any 32-bit number occurs. */
  readonly type: number;
  /** Bytes of data as the record says. */
  readonly size: number;
  readonly inline: boolean;
  readonly dataOffset: number;
}

const COMPRESSED_NAME = 1;
const TOMBSTONE = 2;
/** Bytes of data that a segment of big data holds, and the largest data that need no segments. */
const SEGMENT = 16_344;

/** The values of a key in the order of the hive. What cannot be read is left out and noted in the hive's warnings. */
export function* values(hive: Hive, key: HiveKey, warnings: Warnings = hive.warnings): Generator<HiveValue> {
  for (const offset of valueOffsets(hive, key, warnings)) {
    try {
      const value = readValue(hive, offset);
      if (value !== null) yield value;
    } catch (error) {
      if (!isClusError(error)) throw error;
      warnings.note(error.message);
    }
  }
}

/** The first value of that name, upper and lower case alike; `''` is the default value. */
export function findValue(hive: Hive, key: HiveKey, name: string): HiveValue | null {
  for (const value of values(hive, key)) if (sameName(value.name, name)) return value;
  return null;
}

/**
 * The raw data of a value: a copy, never longer than the record says. Data that end early are given as far as they go, with a
 * warning. Throws RemoteProtocolError when they are nowhere.
 */
export function valueData(hive: Hive, value: HiveValue): Uint8Array {
  if (value.size === 0) return new Uint8Array(0);
  if (value.inline) return inlineData(value);
  const cell = hive.cells.cell(value.dataOffset);
  if (value.size > SEGMENT && hive.base.minorVersion >= 4 && isBigData(hive, cell)) return bigData(hive, value, cell);
  if (value.size > SEGMENT && hive.base.minorVersion >= 4) {
    hive.warnings.add(value.offset, 'large data in one cell, as other programs than Windows write them');
  }
  if (value.size > cell.length)
    hive.warnings.add(value.offset, `data of ${value.size} bytes in a cell of ${cell.length}`);
  return hive.cells.bytes(cell, 0, Math.min(value.size, cell.length)).slice();
}

/** A claim of the value list by a second key is refused: no writer shares lists, and a chain of them would read without end. */
function valueOffsets(hive: Hive, key: HiveKey, warnings: Warnings): readonly number[] {
  if (key.valueCount === 0) {
    if (isOffset(key.valueList) && !key.predefined)
      warnings.add(key.offset, 'the key counts no values but has a list of them');
    return [];
  }
  try {
    const cell = hive.cells.cell(key.valueList);
    hive.claim(key.valueList, key.offset);
    const room = Math.floor(cell.length / 4);
    if (key.valueCount > room) {
      warnings.add(key.offset, `${key.valueCount} values in a list that holds ${room}`);
    }
    const count = Math.min(key.valueCount, room);
    const reader = new Reader(hive.cells.bytes(cell, 0, count * 4));
    return Array.from({ length: count }, () => reader.u32());
  } catch (error) {
    if (!isClusError(error)) throw error;
    warnings.note(error.message);
    return [];
  }
}

function readValue(hive: Hive, offset: number): HiveValue | null {
  const cell = hive.cells.cell(offset);
  const reader = new Reader(hive.cells.bytes(cell, 0, 20));
  if (reader.u16() !== 0x6b76) throw formatError(BINS_START + offset, 'no value ("vk") where one is referred to');
  const nameLength = reader.u16();
  const rawSize = reader.u32();
  const dataOffset = reader.u32();
  const type = reader.u32();
  const flags = reader.u16();
  if (hive.base.minorVersion >= 6 && (flags & TOMBSTONE) !== 0) return null;
  const name = decodeName(hive.cells.bytes(cell, 20, nameLength), (flags & COMPRESSED_NAME) !== 0);
  const inline = rawSize >= 0x80000000;
  const size = rawSize % 0x80000000;
  if (inline && size > 4)
    throw formatError(BINS_START + offset, `${size} bytes of data inside a value that has room for 4`);
  return { offset, name, type, size, inline, dataOffset };
}

function inlineData(value: HiveValue): Uint8Array {
  return Uint8Array.from({ length: value.size }, (_, i) => (value.dataOffset >>> (8 * i)) & 0xff);
}

function isBigData(hive: Hive, cell: Cell): boolean {
  if (cell.length < 8 || cell.length >= SEGMENT) return false;
  return new Reader(hive.cells.bytes(cell, 0, 2)).u16() === 0x6264;
}

/** Segments of 16 344 bytes; what a cell holds beyond that is filling. */
function bigData(hive: Hive, value: HiveValue, cell: Cell): Uint8Array {
  const record = new Reader(hive.cells.bytes(cell, 2, 6));
  const count = record.u16();
  const list = hive.cells.cell(record.u32());
  const room = Math.min(count, Math.floor(list.length / 4));
  const wanted = Math.min(value.size, room * SEGMENT, hive.binsSize);
  const data = new Uint8Array(wanted);
  const offsets = new Reader(hive.cells.bytes(list, 0, room * 4));
  let filled = 0;
  while (filled < wanted && offsets.remaining >= 4) {
    const segment = hive.cells.cell(offsets.u32());
    const length = Math.min(wanted - filled, SEGMENT, segment.length);
    data.set(hive.cells.bytes(segment, 0, length), filled);
    filled += length;
  }
  if (filled < value.size) hive.warnings.add(value.offset, `${filled} of ${value.size} bytes of large data are there`);
  return data.subarray(0, filled);
}
