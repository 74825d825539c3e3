import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';

/** ApiGetClusterName, operation 3 ([MS-CMRP] 3.1.4.1.4). The request has no parameters. The same in 2.0 and 3.0. */
export interface GetClusterNameResponse {
  /** Null when status is not 0. */
  readonly clusterName: string | null;
  /** The node that answered; null when status is not 0. */
  readonly nodeName: string | null;
  /** A Win32 number. */
  readonly status: number;
}

export function encodeGetClusterNameResponse(response: GetClusterNameResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds();
  writePointer(writer, ids, response.clusterName, writeWideString);
  writePointer(writer, ids, response.nodeName, writeWideString);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeGetClusterNameResponse(stub: Uint8Array, littleEndian: boolean): GetClusterNameResponse {
  const reader = new Reader(stub, littleEndian);
  return {
    clusterName: readPointer(reader, readWideString),
    nodeName: readPointer(reader, readWideString),
    status: readU32(reader),
  };
}
