import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readElements, readExtent, writeExtent } from '../../ndr/array.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { FullPointees, ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU32, readUuid, writeU32, writeUuid } from '../../ndr/scalar.ts';
import { readVaryingString, writeVaryingString } from '../../ndr/string.ts';
import type { SyntaxId } from '../../ndr/syntax.ts';
import { readInterfaceId, writeInterfaceId } from '../interface-id.ts';
import { FIRST_REQUEST_REFERENT, FIRST_RESPONSE_REFERENT, readTwr, writeTwr } from './twr.ts';

export const INQUIRY_TYPES = { all: 0, byInterface: 1, byObject: 2, byBoth: 3 } as const;
export const VERSION_OPTIONS = { all: 1, compatible: 2, exact: 3, majorOnly: 4, upTo: 5 } as const;

/** The room for an annotation, terminator included. */
export const ANNOTATION_SIZE = 64;

/** The least bytes of an entry ahead of the characters of its annotation: object, tower, offset, count. */
const ENTRY_SIZE = 28;

/** ept_lookup, operation 2 (C706 App. O, [MS-RPCE] 2.2.1.2.4): what is in the endpoint map? */
export interface EptLookupRequest {
  /** One of INQUIRY_TYPES; Windows takes any other number for `all`. */
  readonly inquiryType: number;
  readonly object: Uuid | null;
  readonly interfaceId: SyntaxId | null;
  /** One of VERSION_OPTIONS. */
  readonly versionOption: number;
  readonly entryHandle: ContextHandle;
  readonly maxEntries: number;
}

export interface EptEntry {
  readonly object: Uuid;
  /** Octets of the tower. */
  readonly tower: Uint8Array | null;
  /** At most 63 characters. */
  readonly annotation: string;
}

/** Status and handle as in EptMapResponse. */
export interface EptLookupResponse {
  readonly entryHandle: ContextHandle;
  readonly maxEntries: number;
  readonly entries: readonly EptEntry[];
  readonly status: number;
}

export function encodeEptLookupRequest(request: EptLookupRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds(FIRST_REQUEST_REFERENT, 1);
  writeU32(writer, request.inquiryType);
  writePointer(writer, ids, request.object, writeUuid);
  writePointer(writer, ids, request.interfaceId, writeInterfaceId);
  writeU32(writer, request.versionOption);
  writeContextHandle(writer, request.entryHandle);
  writeU32(writer, request.maxEntries);
  return writer.finish();
}

export function decodeEptLookupRequest(stub: Uint8Array, littleEndian: boolean): EptLookupRequest {
  const reader = new Reader(stub, littleEndian);
  return {
    inquiryType: readU32(reader),
    object: readPointer(reader, readUuid),
    interfaceId: readPointer(reader, readInterfaceId),
    versionOption: readU32(reader),
    entryHandle: readContextHandle(reader),
    maxEntries: readU32(reader),
  };
}

/** Throws LocalMisuseError for an annotation that is too long. */
export function encodeEptLookupResponse(response: EptLookupResponse, littleEndian = true): Uint8Array {
  const { entries } = response;
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds(FIRST_RESPONSE_REFERENT, 1);
  writeContextHandle(writer, response.entryHandle);
  writeU32(writer, entries.length);
  writeExtent(writer, { maxCount: response.maxEntries, count: entries.length });
  for (const { object, tower, annotation } of entries) {
    writeUuid(writer, object);
    writeReferent(writer, ids, tower);
    writeVaryingString(writer, annotation, ANNOTATION_SIZE);
  }
  for (const { tower } of entries) if (tower !== null) writeTwr(writer, tower);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeEptLookupResponse(stub: Uint8Array, littleEndian: boolean): EptLookupResponse {
  const reader = new Reader(stub, littleEndian);
  const entryHandle = readContextHandle(reader);
  readU32(reader);
  const { maxCount, count } = readExtent(reader, ENTRY_SIZE);
  const pointees = new FullPointees<Uint8Array>();
  const entries = readElements(reader, count, readEntry).map(({ object, referent, annotation }) => ({
    object,
    tower: pointees.read(reader, referent, readTwr),
    annotation,
  }));
  return { entryHandle, maxEntries: maxCount, entries, status: readU32(reader) };
}

function readEntry(reader: Reader): { object: Uuid; referent: number; annotation: string } {
  return { object: readUuid(reader), referent: readU32(reader), annotation: readVaryingString(reader) };
}
