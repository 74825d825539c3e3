import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ConvCaller, decodeConvCaller, encodeConvCaller } from './caller.ts';

/** conv_who_are_you, operation 0 (C706 App. P): is this call new, or one that you finished? */
export type ConvWhoAreYouRequest = ConvCaller;

export interface ConvWhoAreYouResponse {
  /** The sequence number of the activity's call in progress. */
  readonly sequence: number;
  readonly status: number;
}

export const encodeConvWhoAreYouRequest = encodeConvCaller;
export const decodeConvWhoAreYouRequest = decodeConvCaller;

export function encodeConvWhoAreYouResponse(response: ConvWhoAreYouResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.sequence);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeConvWhoAreYouResponse(stub: Uint8Array, littleEndian: boolean): ConvWhoAreYouResponse {
  const reader = new Reader(stub, littleEndian);
  return { sequence: readU32(reader), status: readU32(reader) };
}
