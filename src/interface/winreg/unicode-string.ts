import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { writeExtent } from '../../ndr/array.ts';
import { type ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU16, readU32, writeU16 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';

/** An RRP_UNICODE_STRING ([MS-RRP] 2.2.4): lengths in bytes, terminator included, and a pointer to the characters. */
export function writeUnicodeString(writer: Writer, ids: ReferentIds, text: string): void {
  const bytes = 2 * (text.length + 1);
  writeU16(writer, bytes);
  writeU16(writer, bytes);
  writePointer(writer, ids, text, writeWideString);
}

/** The same, empty, with room for an answer of so many bytes. */
export function writeStringBuffer(writer: Writer, ids: ReferentIds, bytes: number): void {
  writeU16(writer, 0);
  writeU16(writer, bytes);
  writeReferent(writer, ids, '');
  writeExtent(writer, { maxCount: bytes / 2, count: 0 });
}

/** Null where the pointer is. */
export function readUnicodeString(reader: Reader): string | null {
  readU16(reader);
  readU16(reader);
  return readPointer(reader, readWideString);
}

/** A string behind a pointer of its own: struct and characters follow it. */
export function readStringPointer(reader: Reader): string | null {
  return readU32(reader) === 0 ? null : readUnicodeString(reader);
}
