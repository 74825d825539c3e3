import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readElements, readExtent, writeExtent } from '../../ndr/array.ts';
import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { FullPointees, ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU32, readUuid, writeU32, writeUuid } from '../../ndr/scalar.ts';
import { FIRST_REQUEST_REFERENT, FIRST_RESPONSE_REFERENT, readTwr, writeTwr } from './twr.ts';

/** ept_map, operation 3 (C706 App. O, [MS-RPCE] 2.2.1.2.5): which endpoints serve what this tower describes? */
export interface EptMapRequest {
  /** Windows sends the nil UUID, others null. */
  readonly object: Uuid | null;
  /** Octets of the tower that is asked for. */
  readonly tower: Uint8Array | null;
  /** Nil in the first request; what the last answer gave in the following ones. */
  readonly entryHandle: ContextHandle;
  readonly maxTowers: number;
}

/**
 * Entries may come together with status 0x16C9A0D6, which then means "no further ones". A handle that is not nil has to be
 * asked on or freed.
 */
export interface EptMapResponse {
  readonly entryHandle: ContextHandle;
  /** The room that the answering array claims; some clients insist that it is what they asked for. */
  readonly maxTowers: number;
  /** Octets of each tower. */
  readonly towers: readonly Uint8Array[];
  readonly status: number;
}

/** The stub of ept_map's request. */
export function encodeEptMapRequest(request: EptMapRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds(FIRST_REQUEST_REFERENT, 1);
  writePointer(writer, ids, request.object, writeUuid);
  writePointer(writer, ids, request.tower, writeTwr);
  writeContextHandle(writer, request.entryHandle);
  writeU32(writer, request.maxTowers);
  return writer.finish();
}

/** Reads the stub of ept_map's request. Throws RemoteProtocolError for a broken one. */
export function decodeEptMapRequest(stub: Uint8Array, littleEndian: boolean): EptMapRequest {
  const reader = new Reader(stub, littleEndian);
  return {
    object: readPointer(reader, readUuid),
    tower: readPointer(reader, readTwr),
    entryHandle: readContextHandle(reader),
    maxTowers: readU32(reader),
  };
}

/** The stub of ept_map's answer. */
export function encodeEptMapResponse(response: EptMapResponse, littleEndian = true): Uint8Array {
  const { towers } = response;
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds(FIRST_RESPONSE_REFERENT, 1);
  writeContextHandle(writer, response.entryHandle);
  writeU32(writer, towers.length);
  writeExtent(writer, { maxCount: response.maxTowers, count: towers.length });
  for (const tower of towers) writeReferent(writer, ids, tower);
  for (const tower of towers) writeTwr(writer, tower);
  writeU32(writer, response.status);
  return writer.finish();
}

/** The array's own count decides how many towers there are, whatever num_towers says; null pointers are left out. */
export function decodeEptMapResponse(stub: Uint8Array, littleEndian: boolean): EptMapResponse {
  const reader = new Reader(stub, littleEndian);
  const entryHandle = readContextHandle(reader);
  readU32(reader);
  const { maxCount, count } = readExtent(reader, 4);
  const pointees = new FullPointees<Uint8Array>();
  const towers = readElements(reader, count, readU32)
    .map((referent) => pointees.read(reader, referent, readTwr))
    .filter((tower) => tower !== null);
  return { entryHandle, maxTowers: maxCount, towers, status: readU32(reader) };
}
