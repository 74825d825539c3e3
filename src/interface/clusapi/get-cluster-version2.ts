import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import type { ClusapiVersion } from './identity.ts';
import { type RpcStatus, readRpcStatus, writeRpcStatus } from './rpc-status.ts';
import { type ClusterVersionFields, readVersionFields, writeVersionFields } from './version-fields.ts';

/** CLUSTER_OPERATIONAL_VERSION_INFO ([MS-CMRP] 2.2.3.3): internal major version in the high word. */
export interface OperationalVersion {
  readonly highest: number;
  readonly lowest: number;
  readonly flags: number;
}

/** dwSize: five DWORDs with itself and dwReserved. */
const OPERATIONAL_VERSION_SIZE = 20;

/** ApiGetClusterVersion2, operation 102 ([MS-CMRP] 3.1.4.1.102). The request has no parameters. */
export interface GetClusterVersion2Response extends ClusterVersionFields, RpcStatus {
  readonly operational: OperationalVersion | null;
  /** A Win32 number. */
  readonly status: number;
}

export function encodeGetClusterVersion2Response(
  response: GetClusterVersion2Response,
  littleEndian = true,
  version: ClusapiVersion = 2,
): Uint8Array {
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds();
  writeVersionFields(writer, ids, response);
  writePointer(writer, ids, response.operational, writeOperational);
  writeRpcStatus(writer, version, response);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeGetClusterVersion2Response(
  stub: Uint8Array,
  littleEndian: boolean,
  version: ClusapiVersion = 2,
): GetClusterVersion2Response {
  const reader = new Reader(stub, littleEndian);
  return {
    ...readVersionFields(reader),
    operational: readPointer(reader, readOperational),
    ...readRpcStatus(reader, version),
    status: readU32(reader),
  };
}

function writeOperational(writer: Writer, { highest, lowest, flags }: OperationalVersion): void {
  for (const value of [OPERATIONAL_VERSION_SIZE, highest, lowest, flags, 0]) writeU32(writer, value);
}

function readOperational(reader: Reader): OperationalVersion {
  readU32(reader);
  const operational = { highest: readU32(reader), lowest: readU32(reader), flags: readU32(reader) };
  readU32(reader);
  return operational;
}
