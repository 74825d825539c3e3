import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readConformance, readElements } from '../../ndr/array.ts';
import { type ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** One ENUM_ENTRY ([MS-CMRP] 2.2.3.4). A null name is read as an empty one. */
export interface EnumEntry {
  readonly type: number;
  readonly name: string;
}

/** A PENUM_LIST that is returned: null when the operation failed. */
export function writeEntries(writer: Writer, ids: ReferentIds, list: readonly EnumEntry[] | null): void {
  writePointer(writer, ids, list, (_, entries) => {
    // max_count, EntryCount, entries with the ids of their names, then the names ([MS-CMRP] 3.1.4.1.8).
    writeU32(writer, entries.length);
    writeU32(writer, entries.length);
    for (const { type, name } of entries) {
      writeU32(writer, type);
      writeReferent(writer, ids, name);
    }
    for (const { name } of entries) writeWideString(writer, name);
  });
}

export function readEntries(reader: Reader): readonly EnumEntry[] | null {
  return readPointer(reader, () => {
    const maxCount = readConformance(reader, 8);
    const count = readU32(reader);
    if (count !== maxCount)
      throw new RemoteProtocolError(`an enumeration of ${count} entries in an array of ${maxCount}`);
    return readElements(reader, count, () => ({ type: readU32(reader), referent: readU32(reader) })).map(
      ({ type, referent }) => ({ type, name: referent === 0 ? '' : readWideString(reader) }),
    );
  });
}
