import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import { readU32, writeU32 } from './scalar.ts';

/** A conformant varying array: room for `maxCount` elements, of which `count` were sent. */
export interface Extent {
  readonly maxCount: number;
  readonly count: number;
}

/**
 * The max_count of a conformant array, whose elements of at least `elementSize` bytes all follow (C706 14.3.3.2). Throws
 * RemoteProtocolError when the bytes that are left cannot hold them, before anything is allocated.
 */
export function readConformance(reader: Reader, elementSize: number): number {
  return checked(reader, readU32(reader), elementSize);
}

/** The offset and actual_count of a varying array (C706 14.3.3.3). Every array of our interfaces begins at element 0. */
export function readVariance(reader: Reader, elementSize: number): number {
  const offset = readU32(reader);
  const count = readU32(reader);
  if (offset !== 0) throw new RemoteProtocolError(`a varying array begins at element ${offset} instead of 0`);
  return checked(reader, count, elementSize);
}

export function writeVariance(writer: Writer, count: number): void {
  writeU32(writer, 0);
  writeU32(writer, count);
}

/** The counts of a conformant varying array (C706 14.3.3.4). `maxCount` is a number to compare with, never one to allocate. */
export function readExtent(reader: Reader, elementSize: number): Extent {
  const maxCount = readU32(reader);
  const count = readVariance(reader, elementSize);
  if (count > maxCount) throw new RemoteProtocolError(`${count} elements in an array that has room for ${maxCount}`);
  return { maxCount, count };
}

export function writeExtent(writer: Writer, { maxCount, count }: Extent): void {
  writeU32(writer, maxCount);
  writeVariance(writer, count);
}

export function readElements<T>(reader: Reader, count: number, readElement: (reader: Reader) => T): T[] {
  const elements: T[] = [];
  for (let i = 0; i < count; i++) elements.push(readElement(reader));
  return elements;
}

/** Bytes with a max_count ahead of them; a copy. */
export function readConformantBytes(reader: Reader): Uint8Array {
  return reader.take(readConformance(reader, 1)).slice();
}

export function writeConformantBytes(writer: Writer, bytes: Uint8Array): void {
  writeU32(writer, bytes.length);
  writer.bytes(bytes);
}

function checked(reader: Reader, count: number, elementSize: number): number {
  if (count * elementSize <= reader.remaining) return count;
  throw new RemoteProtocolError(
    `too short: an array of ${count} elements at offset ${reader.offset}, ${reader.remaining} bytes are there`,
    { code: 'ERR_CLUSRPC_TOO_SHORT' },
  );
}
