import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readExtent, writeExtent } from '../../ndr/array.ts';
import { readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { type ReferentIds, writeReferent } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import type { KeyHandle } from './handles.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

export interface GetKeySecurityRequest {
  readonly key: KeyHandle;
  /** Which parts: 1 owner, 2 group, 4 DACL, 8 SACL. */
  readonly parts: number;
  /** Bytes of the descriptor that there is room for. */
  readonly size: number;
}

export interface GetKeySecurityResponse extends ClusapiResult {
  /** Self-relative; null when status is not 0. */
  readonly descriptor: Uint8Array | null;
  /** Bytes that there was room for; with 122 ERROR_INSUFFICIENT_BUFFER how many are needed. */
  readonly size: number;
}

/** Operation 40. */
export const ApiGetKeySecurity = defineOperation<GetKeySecurityRequest, GetKeySecurityResponse>({
  name: 'ApiGetKeySecurity',
  request: {
    write: (writer, { key, parts, size }, ids) => {
      writeContextHandle(writer, key);
      writeU32(writer, parts);
      writeDescriptor(writer, ids, NOTHING, size);
    },
    read: (reader) => ({
      key: readContextHandle(reader),
      parts: readU32(reader),
      size: readDescriptor(reader).size,
    }),
  },
  response: {
    write: (writer, response, ids, version) => {
      writeDescriptor(writer, ids, response.descriptor, response.size);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      ...readDescriptor(reader),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status, { size }) => ({ descriptor: null, size, status }),
});

const NOTHING = new Uint8Array(0);

/** RPC_SECURITY_DESCRIPTOR: an array of `size` bytes of which those of the descriptor are sent. */
function writeDescriptor(writer: Writer, ids: ReferentIds, descriptor: Uint8Array | null, size: number): void {
  writeReferent(writer, ids, descriptor);
  writeU32(writer, size);
  writeU32(writer, descriptor?.length ?? 0);
  if (descriptor === null) return;
  writeExtent(writer, { maxCount: size, count: descriptor.length });
  writer.bytes(descriptor);
}

function readDescriptor(reader: Reader): { readonly descriptor: Uint8Array | null; readonly size: number } {
  const referent = readU32(reader);
  const size = readU32(reader);
  readU32(reader);
  return { size, descriptor: referent === 0 ? null : reader.take(readExtent(reader, 1).count).slice() };
}
