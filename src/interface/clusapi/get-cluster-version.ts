import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { ReferentIds } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ClusterVersionFields, readVersionFields, writeVersionFields } from './version-fields.ts';

/**
 * ApiGetClusterVersion, operation 4 ([MS-CMRP] 3.1.4.1.5), for servers without operation 102. The request has no
 * parameters. A 3.0 server answers 120 ERROR_CALL_NOT_IMPLEMENTED.
 */
export interface GetClusterVersionResponse extends ClusterVersionFields {
  /** A Win32 number. */
  readonly status: number;
}

export function encodeGetClusterVersionResponse(response: GetClusterVersionResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeVersionFields(writer, new ReferentIds(), response);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeGetClusterVersionResponse(stub: Uint8Array, littleEndian: boolean): GetClusterVersionResponse {
  const reader = new Reader(stub, littleEndian);
  return { ...readVersionFields(reader), status: readU32(reader) };
}
