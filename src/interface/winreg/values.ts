import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readExtent, writeExtent } from '../../ndr/array.ts';
import { type ContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readUnicodeString, writeStringBuffer, writeUnicodeString } from './unicode-string.ts';

/** Room for a name, bytes: a value has at most 16 383 characters. */
const VALUE_NAME_SIZE = 0x8000;

/** A value's type and data, and how many bytes it has; Win32 status 234 ERROR_MORE_DATA where those were too many. */
export interface ValueResponse {
  /** REG_SZ 1, REG_DWORD 4 and so on; null: the server did not say. */
  readonly type: number | null;
  readonly data: Uint8Array;
  readonly size: number;
  readonly status: number;
}

export interface EnumValueResponse extends ValueResponse {
  readonly name: string | null;
}

/** BaseRegEnumValue, operation 10: a value by its number, with room for `size` bytes; 259 ERROR_NO_MORE_ITEMS behind the last one. */
export function encodeEnumValueRequest(key: ContextHandle, index: number, size: number): Uint8Array {
  const writer = new Writer(true);
  const ids = new ReferentIds();
  writeContextHandle(writer, key);
  writeU32(writer, index);
  writeStringBuffer(writer, ids, VALUE_NAME_SIZE);
  writeRoom(writer, ids, size);
  return writer.finish();
}

export function decodeEnumValueResponse(stub: Uint8Array, littleEndian: boolean): EnumValueResponse {
  const reader = new Reader(stub, littleEndian);
  return { name: readUnicodeString(reader), ...readValue(reader) };
}

/** BaseRegQueryValue, operation 17: a value by its name, with room for `size` bytes. */
export function encodeQueryValueRequest(key: ContextHandle, name: string, size: number): Uint8Array {
  const writer = new Writer(true);
  const ids = new ReferentIds();
  writeContextHandle(writer, key);
  writeUnicodeString(writer, ids, name);
  writeRoom(writer, ids, size);
  return writer.finish();
}

export function decodeQueryValueResponse(stub: Uint8Array, littleEndian: boolean): ValueResponse {
  return readValue(new Reader(stub, littleEndian));
}

/** lpType, lpData, lpcbData and lpcbLen of a client that has room for `size` bytes and sends none. */
function writeRoom(writer: Writer, ids: ReferentIds, size: number): void {
  writePointer(writer, ids, 0, writeU32);
  writePointer(writer, ids, { maxCount: size, count: 0 }, writeExtent);
  writePointer(writer, ids, size, writeU32);
  writePointer(writer, ids, 0, writeU32);
}

function readValue(reader: Reader): ValueResponse {
  const type = readPointer(reader, readU32);
  const data = readPointer(reader, (each) => each.take(readExtent(each, 1).count).slice()) ?? new Uint8Array(0);
  const size = readPointer(reader, readU32) ?? data.length;
  const sent = readPointer(reader, readU32) ?? data.length;
  return { type, data: data.subarray(0, sent), size, status: readU32(reader) };
}
