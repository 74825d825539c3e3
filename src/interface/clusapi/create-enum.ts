import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readConformance, readElements } from '../../ndr/array.ts';
import { type ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/** dwType of ApiCreateEnum; all but the last one may be OR-ed ([MS-CMRP] 3.1.4.1.8). */
export const CLUSTER_ENUM = {
  node: 0x00000001,
  resourceType: 0x00000002,
  resource: 0x00000004,
  group: 0x00000008,
  network: 0x00000010,
  netInterface: 0x00000020,
  internalNetwork: 0x80000000,
} as const;

export interface CreateEnumRequest {
  /** Bits of CLUSTER_ENUM. */
  readonly type: number;
}

/** One ENUM_ENTRY. A null name is read as an empty one. */
export interface EnumEntry {
  readonly type: number;
  readonly name: string;
}

export interface CreateEnumResponse extends ClusapiResult {
  /** Null when status is not 0. */
  readonly entries: readonly EnumEntry[] | null;
}

/** Operation 7 ([MS-CMRP] 3.1.4.1.8): the names of nodes, groups, resources, networks. */
export const ApiCreateEnum = defineOperation<CreateEnumRequest, CreateEnumResponse>({
  name: 'ApiCreateEnum',
  request: {
    write: (writer, { type }) => writeU32(writer, type),
    read: (reader) => ({ type: readU32(reader) }),
  },
  response: {
    write: (writer, response, ids, version) => {
      writePointer(writer, ids, response.entries, (_, entries) => writeEnumList(writer, ids, entries));
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      entries: readPointer(reader, readEnumList),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ entries: null, status }),
});

/** max_count, EntryCount, entries with the ids of their names, then the names ([MS-CMRP] 3.1.4.1.8). */
function writeEnumList(writer: Writer, ids: ReferentIds, entries: readonly EnumEntry[]): void {
  writeU32(writer, entries.length);
  writeU32(writer, entries.length);
  for (const { type, name } of entries) {
    writeU32(writer, type);
    writeReferent(writer, ids, name);
  }
  for (const { name } of entries) writeWideString(writer, name);
}

function readEnumList(reader: Reader): EnumEntry[] {
  const maxCount = readConformance(reader, 8);
  const count = readU32(reader);
  if (count !== maxCount)
    throw new RemoteProtocolError(`an enumeration of ${count} entries in an array of ${maxCount}`);
  return readElements(reader, count, () => ({ type: readU32(reader), referent: readU32(reader) })).map(
    ({ type, referent }) => ({ type, name: referent === 0 ? '' : readWideString(reader) }),
  );
}
