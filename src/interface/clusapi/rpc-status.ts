import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import type { ClusapiVersion } from './operation.ts';

/** What 3.0 added to most operations: the runtime's own status, behind the other results and ahead of the return value. */
export interface RpcStatus {
  /** Absent in 2.0; 0 when left out in 3.0. */
  readonly rpcStatus?: number;
}

export function writeRpcStatus(writer: Writer, version: ClusapiVersion, response: RpcStatus): void {
  if (version === 3) writeU32(writer, response.rpcStatus ?? 0);
}

export function readRpcStatus(reader: Reader, version: ClusapiVersion): RpcStatus {
  return version === 3 ? { rpcStatus: readU32(reader) } : {};
}
