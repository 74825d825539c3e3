import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readStringPointer, readUnicodeString, writeStringBuffer, writeUnicodeString } from './unicode-string.ts';

/** samDesired of a reader ([MS-RRP] 2.2.3). */
const KEY_READ = 0x00020019;

/** Room for a name, bytes: a key has at most 255 characters. */
const KEY_NAME_SIZE = 1_024;

/** A key that was opened or closed, and a Win32 status. */
export interface KeyResponse {
  readonly key: ContextHandle;
  readonly status: number;
}

/** OpenLocalMachine, operation 2: the root HKEY_LOCAL_MACHINE, of the server that was asked. */
export function encodeOpenLocalMachineRequest(): Uint8Array {
  const writer = new Writer(true);
  writePointer(writer, new ReferentIds(), null, () => {});
  writeU32(writer, KEY_READ);
  return writer.finish();
}

/** BaseRegOpenKey, operation 15; `path` with backslashes, below `key`. */
export function encodeOpenKeyRequest(key: ContextHandle, path: string): Uint8Array {
  const writer = new Writer(true);
  writeContextHandle(writer, key);
  writeUnicodeString(writer, new ReferentIds(), path);
  writeU32(writer, 0);
  writeU32(writer, KEY_READ);
  return writer.finish();
}

/** BaseRegCloseKey, operation 5. */
export function encodeCloseKeyRequest(key: ContextHandle): Uint8Array {
  const writer = new Writer(true);
  writeContextHandle(writer, key);
  return writer.finish();
}

export function decodeKeyResponse(stub: Uint8Array, littleEndian: boolean): KeyResponse {
  const reader = new Reader(stub, littleEndian);
  return { key: readContextHandle(reader), status: readU32(reader) };
}

/** BaseRegEnumKey, operation 9: the name of a key below `key` by its number; 259 ERROR_NO_MORE_ITEMS behind the last one. */
export function encodeEnumKeyRequest(key: ContextHandle, index: number): Uint8Array {
  const writer = new Writer(true);
  const ids = new ReferentIds();
  writeContextHandle(writer, key);
  writeU32(writer, index);
  writeStringBuffer(writer, ids, KEY_NAME_SIZE);
  // Samba refuses a client that does not ask for the class.
  writePointer(writer, ids, KEY_NAME_SIZE, (_, size) => writeStringBuffer(writer, ids, size));
  writePointer(writer, ids, null, () => {});
  return writer.finish();
}

export interface EnumKeyResponse {
  readonly name: string | null;
  readonly status: number;
}

export function decodeEnumKeyResponse(stub: Uint8Array, littleEndian: boolean): EnumKeyResponse {
  const reader = new Reader(stub, littleEndian);
  const name = readUnicodeString(reader);
  readStringPointer(reader);
  readPointer(reader, (each) => [readU32(each), readU32(each)]);
  return { name, status: readU32(reader) };
}
