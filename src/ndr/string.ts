import type { Reader } from '../bytes/reader.ts';
import { fromUtf16, toUtf16 } from '../bytes/utf16.ts';
import type { Writer } from '../bytes/writer.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { readExtent, readVariance, writeExtent, writeVariance } from './array.ts';

/**
 * A conformant varying string of UTF-16 units, terminator included in its counts (C706 14.3.4). The text ends at the
 * first NUL, as a C program would see it; a missing terminator is accepted, since the count bounds the text.
 */
export function readWideString(reader: Reader): string {
  const { count } = readExtent(reader, 2);
  const units = reader.take(2 * count);
  return untilNul(fromUtf16(reader.littleEndian ? units : swapUnits(units)));
}

/** Throws LocalMisuseError for a text with a NUL in it. */
export function writeWideString(writer: Writer, text: string): void {
  const units = toUtf16(terminated(text));
  const count = text.length + 1;
  writeExtent(writer, { maxCount: count, count });
  writer.bytes(writer.littleEndian ? units : swapUnits(units));
}

/** A varying string of one-byte characters in an array of fixed size: offset, count, characters. Read as Latin-1. */
export function readVaryingString(reader: Reader): string {
  return readCharacters(reader, readVariance(reader, 1));
}

/** Throws LocalMisuseError when text and terminator exceed `size`, or for a character that is not Latin-1. */
export function writeVaryingString(writer: Writer, text: string, size: number): void {
  const characters = toCharacters(text, size);
  writeVariance(writer, characters.length);
  writer.bytes(characters);
}

/** A conformant varying string of one-byte characters: max_count, offset, count, characters. Read as Latin-1. */
export function readConformantVaryingString(reader: Reader): { readonly maxCount: number; readonly text: string } {
  const { maxCount, count } = readExtent(reader, 1);
  return { maxCount, text: readCharacters(reader, count) };
}

/** As writeVaryingString, with `maxCount` ahead. */
export function writeConformantVaryingString(writer: Writer, text: string, maxCount: number): void {
  const characters = toCharacters(text, maxCount);
  writeExtent(writer, { maxCount, count: characters.length });
  writer.bytes(characters);
}

function readCharacters(reader: Reader, count: number): string {
  let text = '';
  for (const byte of reader.take(count)) text += String.fromCharCode(byte);
  return untilNul(text);
}

function toCharacters(text: string, size: number): Uint8Array {
  const characters = Uint8Array.from(terminated(text), (character) => character.charCodeAt(0));
  if (characters.length > size) throw new LocalMisuseError(`a string of more than ${size - 1} characters: ${text}`);
  if (/[^\0-\xff]/.test(text)) throw new LocalMisuseError(`not a text of one-byte characters: ${text}`);
  return characters;
}

function terminated(text: string): string {
  if (text.includes('\0')) throw new LocalMisuseError('a string with a NUL in it');
  return `${text}\0`;
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function swapUnits(units: Uint8Array): Uint8Array {
  return units.map((_, i) => units[i ^ 1] as number);
}
