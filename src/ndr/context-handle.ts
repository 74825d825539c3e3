import type { Reader } from '../bytes/reader.ts';
import { isNilUuid, NIL_UUID, type Uuid, uuidKey } from '../bytes/uuid.ts';
import type { Writer } from '../bytes/writer.ts';
import { readU32, readUuid, writeU32, writeUuid } from './scalar.ts';

/** The server's state on the client's side, 20 bytes (C706 App. N, ndr_context_handle). Windows sends attributes 0. */
export interface ContextHandle {
  readonly attributes: number;
  readonly uuid: Uuid;
}

/** No handle: what a first request carries, and an answer after which nothing is left. */
export const NIL_CONTEXT_HANDLE: ContextHandle = { attributes: 0, uuid: NIL_UUID };

/** A nil handle names nothing: none was opened, or it was closed. */
export function isNilContextHandle(handle: ContextHandle): boolean {
  return isNilUuid(handle.uuid);
}

/** A short key for a Map, not for people. */
export function contextHandleKey(handle: ContextHandle): string {
  return uuidKey(handle.uuid);
}

/** An ndr_context_handle: 4 bytes of attributes and a UUID (C706 14.2.16.6, [MS-RPCE] 2.2.5.3). All zero: the null handle. */
export function readContextHandle(reader: Reader): ContextHandle {
  return { attributes: readU32(reader), uuid: readUuid(reader) };
}

/** The 20 bytes of an ndr_context_handle; null writes the null handle. */
export function writeContextHandle(writer: Writer, handle: ContextHandle): void {
  writeU32(writer, handle.attributes);
  writeUuid(writer, handle.uuid);
}
