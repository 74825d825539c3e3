import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';

/** ApiCloseCluster, operation 1 ([MS-CMRP] 3.1.4.1.2). The same in 2.0 and 3.0. */
export interface CloseClusterRequest {
  readonly cluster: ContextHandle;
}

export interface CloseClusterResponse {
  /** Nil once it is closed. */
  readonly cluster: ContextHandle;
  /** A Win32 number. */
  readonly status: number;
}

export function encodeCloseClusterRequest(request: CloseClusterRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeContextHandle(writer, request.cluster);
  return writer.finish();
}

export function decodeCloseClusterRequest(stub: Uint8Array, littleEndian: boolean): CloseClusterRequest {
  return { cluster: readContextHandle(new Reader(stub, littleEndian)) };
}

export function encodeCloseClusterResponse(response: CloseClusterResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeContextHandle(writer, response.cluster);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeCloseClusterResponse(stub: Uint8Array, littleEndian: boolean): CloseClusterResponse {
  const reader = new Reader(stub, littleEndian);
  return { cluster: readContextHandle(reader), status: readU32(reader) };
}
