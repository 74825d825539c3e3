import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';

/** ept_lookup_handle_free, operation 4 (C706 App. O): ends a map or lookup that gave a handle. */
export interface EptLookupHandleFreeRequest {
  readonly entryHandle: ContextHandle;
}

/** The handle comes back nil. */
export interface EptLookupHandleFreeResponse {
  readonly entryHandle: ContextHandle;
  readonly status: number;
}

export function encodeEptLookupHandleFreeRequest(request: EptLookupHandleFreeRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeContextHandle(writer, request.entryHandle);
  return writer.finish();
}

export function decodeEptLookupHandleFreeRequest(stub: Uint8Array, littleEndian: boolean): EptLookupHandleFreeRequest {
  return { entryHandle: readContextHandle(new Reader(stub, littleEndian)) };
}

export function encodeEptLookupHandleFreeResponse(
  response: EptLookupHandleFreeResponse,
  littleEndian = true,
): Uint8Array {
  const writer = new Writer(littleEndian);
  writeContextHandle(writer, response.entryHandle);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeEptLookupHandleFreeResponse(
  stub: Uint8Array,
  littleEndian: boolean,
): EptLookupHandleFreeResponse {
  const reader = new Reader(stub, littleEndian);
  return { entryHandle: readContextHandle(reader), status: readU32(reader) };
}
