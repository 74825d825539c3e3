import type { Reader } from '../../bytes/reader.ts';
import { swapUuid, type Uuid } from '../../bytes/uuid.ts';
import type { Writer } from '../../bytes/writer.ts';

/** p_syntax_id_t (C706 12.6.3.1): UUID and version, 20 bytes; minor version in the upper half of the number. */
export interface PresentationSyntax {
  readonly uuid: Uuid;
  readonly version: { readonly major: number; readonly minor: number };
}

export function readSyntax(reader: Reader): PresentationSyntax {
  const uuid = readUuid(reader);
  const version = reader.u32();
  return { uuid, version: { major: version & 0xffff, minor: version >>> 16 } };
}

export function writeSyntax(writer: Writer, { uuid, version }: PresentationSyntax): void {
  writeUuid(writer, uuid);
  writer.u32(((version.minor << 16) | version.major) >>> 0);
}

export function readUuid(reader: Reader): Uuid {
  const bytes = reader.take(16);
  return reader.littleEndian ? bytes : swapUuid(bytes);
}

export function writeUuid(writer: Writer, uuid: Uuid): void {
  writer.bytes(writer.littleEndian ? uuid : swapUuid(uuid));
}
