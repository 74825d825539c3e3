import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ConvCaller, readConvCaller, writeConvCaller } from './caller.ts';
import { type ConvCredentials, readCredentials, writeCredentials } from './credentials.ts';

/** conv_who_are_you_auth_more, operation 4 (C706 App. P): the token from byte `index` on. */
export interface ConvWhoAreYouAuthMoreRequest extends ConvCaller {
  readonly index: number;
  readonly outMaxLength: number;
}

export interface ConvWhoAreYouAuthMoreResponse extends ConvCredentials {
  readonly status: number;
}

export function encodeConvWhoAreYouAuthMoreRequest(
  request: ConvWhoAreYouAuthMoreRequest,
  littleEndian = true,
): Uint8Array {
  const writer = new Writer(littleEndian);
  writeConvCaller(writer, request);
  writeU32(writer, request.index);
  writeU32(writer, request.outMaxLength);
  return writer.finish();
}

export function decodeConvWhoAreYouAuthMoreRequest(
  stub: Uint8Array,
  littleEndian: boolean,
): ConvWhoAreYouAuthMoreRequest {
  const reader = new Reader(stub, littleEndian);
  return { ...readConvCaller(reader), index: readU32(reader), outMaxLength: readU32(reader) };
}

export function encodeConvWhoAreYouAuthMoreResponse(
  response: ConvWhoAreYouAuthMoreResponse,
  littleEndian = true,
): Uint8Array {
  const writer = new Writer(littleEndian);
  writeCredentials(writer, response);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeConvWhoAreYouAuthMoreResponse(
  stub: Uint8Array,
  littleEndian: boolean,
): ConvWhoAreYouAuthMoreResponse {
  const reader = new Reader(stub, littleEndian);
  return { ...readCredentials(reader), status: readU32(reader) };
}
