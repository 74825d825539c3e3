import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readConformantBytes, writeConformantBytes } from '../../ndr/array.ts';
import { readU32, readUuid, writeU32, writeUuid } from '../../ndr/scalar.ts';
import { type ConvCaller, readConvCaller, writeConvCaller } from './caller.ts';
import { type ConvCredentials, checkLength, readCredentials, writeCredentials } from './credentials.ts';

/** conv_who_are_you_auth, operation 3 (C706 App. P): as operation 1, with a challenge for the client to answer. */
export interface ConvWhoAreYouAuthRequest extends ConvCaller {
  readonly inData: Uint8Array;
  /** How many bytes of the answer's token the server takes in one piece. */
  readonly outMaxLength: number;
}

/** `data` is the whole token, or its beginning with status 0x16C9A117. */
export interface ConvWhoAreYouAuthResponse extends ConvCredentials {
  readonly sequence: number;
  readonly casUuid: Uuid;
  readonly status: number;
}

export function encodeConvWhoAreYouAuthRequest(request: ConvWhoAreYouAuthRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeConvCaller(writer, request);
  writeConformantBytes(writer, request.inData);
  writeU32(writer, request.inData.length);
  writeU32(writer, request.outMaxLength);
  return writer.finish();
}

export function decodeConvWhoAreYouAuthRequest(stub: Uint8Array, littleEndian: boolean): ConvWhoAreYouAuthRequest {
  const reader = new Reader(stub, littleEndian);
  const caller = readConvCaller(reader);
  const inData = readConformantBytes(reader);
  checkLength(readU32(reader), inData.length);
  return { ...caller, inData, outMaxLength: readU32(reader) };
}

export function encodeConvWhoAreYouAuthResponse(response: ConvWhoAreYouAuthResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.sequence);
  writeUuid(writer, response.casUuid);
  writeCredentials(writer, response);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeConvWhoAreYouAuthResponse(stub: Uint8Array, littleEndian: boolean): ConvWhoAreYouAuthResponse {
  const reader = new Reader(stub, littleEndian);
  const sequence = readU32(reader);
  const casUuid = readUuid(reader);
  return { sequence, casUuid, ...readCredentials(reader), status: readU32(reader) };
}
