import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ConvCaller, decodeConvCaller, encodeConvCaller } from './caller.ts';

/** conv_are_you_there, operation 2 (C706 App. P): asked by a server that waits for fragments. Windows never asks it. */
export type ConvAreYouThereRequest = ConvCaller;

export interface ConvAreYouThereResponse {
  readonly status: number;
}

export const encodeConvAreYouThereRequest = encodeConvCaller;
export const decodeConvAreYouThereRequest = decodeConvCaller;

export function encodeConvAreYouThereResponse(response: ConvAreYouThereResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeConvAreYouThereResponse(stub: Uint8Array, littleEndian: boolean): ConvAreYouThereResponse {
  return { status: readU32(new Reader(stub, littleEndian)) };
}
