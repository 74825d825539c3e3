import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, readUuid, writeU32, writeUuid } from '../../ndr/scalar.ts';
import { type ConvCaller, decodeConvCaller, encodeConvCaller } from './caller.ts';

/** conv_who_are_you2, operation 1 (C706 App. P): as operation 0, and which client process are you? */
export type ConvWhoAreYou2Request = ConvCaller;

export interface ConvWhoAreYou2Response {
  readonly sequence: number;
  /** The client address space, made once a process: context handles belong to it. */
  readonly casUuid: Uuid;
  readonly status: number;
}

export const encodeConvWhoAreYou2Request = encodeConvCaller;
export const decodeConvWhoAreYou2Request = decodeConvCaller;

export function encodeConvWhoAreYou2Response(response: ConvWhoAreYou2Response, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.sequence);
  writeUuid(writer, response.casUuid);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeConvWhoAreYou2Response(stub: Uint8Array, littleEndian: boolean): ConvWhoAreYou2Response {
  const reader = new Reader(stub, littleEndian);
  return { sequence: readU32(reader), casUuid: readUuid(reader), status: readU32(reader) };
}
