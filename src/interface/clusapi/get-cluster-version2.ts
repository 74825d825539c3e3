import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ClusapiResult, defineOperation, NO_PARAMETERS, type NoParameters } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';
import { type ClusterVersionFields, NO_VERSION, readVersionFields, writeVersionFields } from './version-fields.ts';

/** CLUSTER_OPERATIONAL_VERSION_INFO ([MS-CMRP] 2.2.3.3): internal major version in the high word. */
export interface OperationalVersion {
  readonly highest: number;
  readonly lowest: number;
  readonly flags: number;
}

export interface GetClusterVersion2Response extends ClusterVersionFields, ClusapiResult {
  readonly operational: OperationalVersion | null;
}

/** dwSize: five DWORDs with itself and dwReserved. */
const OPERATIONAL_VERSION_SIZE = 20;

/** Operation 102 ([MS-CMRP] 3.1.4.1.102). */
export const ApiGetClusterVersion2 = defineOperation<NoParameters, GetClusterVersion2Response>({
  name: 'ApiGetClusterVersion2',
  request: NO_PARAMETERS,
  response: {
    write: (writer, response, ids, version) => {
      writeVersionFields(writer, ids, response);
      writePointer(writer, ids, response.operational, writeOperational);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      ...readVersionFields(reader),
      operational: readPointer(reader, readOperational),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ ...NO_VERSION, operational: null, status }),
});

function writeOperational(writer: Writer, { highest, lowest, flags }: OperationalVersion): void {
  for (const value of [OPERATIONAL_VERSION_SIZE, highest, lowest, flags, 0]) writeU32(writer, value);
}

function readOperational(reader: Reader): OperationalVersion {
  readU32(reader);
  const operational = { highest: readU32(reader), lowest: readU32(reader), flags: readU32(reader) };
  readU32(reader);
  return operational;
}
