import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { readU16, readUuid, writeU16, writeUuid } from '../ndr/scalar.ts';
import type { SyntaxId } from '../ndr/syntax.ts';

/** An rpc_if_id_t (C706 App. N): UUID, major and minor version, 20 bytes. */
export function readInterfaceId(reader: Reader): SyntaxId {
  return { uuid: readUuid(reader), version: { major: readU16(reader), minor: readU16(reader) } };
}

export function writeInterfaceId(writer: Writer, { uuid, version }: SyntaxId): void {
  writeUuid(writer, uuid);
  writeU16(writer, version.major);
  writeU16(writer, version.minor);
}
