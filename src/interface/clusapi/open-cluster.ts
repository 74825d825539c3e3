import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';

/** ApiOpenCluster, operation 0 ([MS-CMRP] 3.1.4.1.1). The request has no parameters. The same in 2.0 and 3.0. */
export interface OpenClusterResponse {
  /** A Win32 number. */
  readonly status: number;
  /** Nil unless status is 0. */
  readonly cluster: ContextHandle;
}

export function encodeOpenClusterResponse(response: OpenClusterResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.status);
  writeContextHandle(writer, response.cluster);
  return writer.finish();
}

export function decodeOpenClusterResponse(stub: Uint8Array, littleEndian: boolean): OpenClusterResponse {
  const reader = new Reader(stub, littleEndian);
  return { status: readU32(reader), cluster: readContextHandle(reader) };
}
