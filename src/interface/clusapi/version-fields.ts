import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { type ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU16, writeU16 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';

/** What ApiGetClusterVersion and ApiGetClusterVersion2 both begin with. */
export interface ClusterVersionFields {
  /** 5.0.2195 is Windows 2000 ([MS-CMRP] 3.1.4.1.5). */
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly vendorId: string | null;
  /** `Service Pack 3`, or empty without one. */
  readonly csdVersion: string | null;
}

export function writeVersionFields(writer: Writer, ids: ReferentIds, fields: ClusterVersionFields): void {
  writeU16(writer, fields.major);
  writeU16(writer, fields.minor);
  writeU16(writer, fields.build);
  writePointer(writer, ids, fields.vendorId, writeWideString);
  writePointer(writer, ids, fields.csdVersion, writeWideString);
}

export function readVersionFields(reader: Reader): ClusterVersionFields {
  return {
    major: readU16(reader),
    minor: readU16(reader),
    build: readU16(reader),
    vendorId: readPointer(reader, readWideString),
    csdVersion: readPointer(reader, readWideString),
  };
}

/** What stands in a refusal. */
export const NO_VERSION: ClusterVersionFields = { major: 0, minor: 0, build: 0, vendorId: null, csdVersion: null };
