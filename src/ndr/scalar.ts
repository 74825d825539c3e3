import type { Reader } from '../bytes/reader.ts';
import { swapUuid, type Uuid } from '../bytes/uuid.ts';
import type { Writer } from '../bytes/writer.ts';

export function readU16(reader: Reader): number {
  reader.align(2);
  return reader.u16();
}

export function writeU16(writer: Writer, value: number): void {
  writer.align(2).u16(value);
}

export function readU32(reader: Reader): number {
  reader.align(4);
  return reader.u32();
}

export function writeU32(writer: Writer, value: number): void {
  writer.align(4).u32(value);
}

/** A uuid_t, 4-aligned like the struct that it is: its first three fields have the byte order of the stub (C706 14.3). */
export function readUuid(reader: Reader): Uuid {
  reader.align(4);
  const bytes = reader.take(16);
  return reader.littleEndian ? bytes.slice() : swapUuid(bytes);
}

export function writeUuid(writer: Writer, value: Uuid): void {
  writer.align(4).bytes(writer.littleEndian ? value : swapUuid(value));
}
