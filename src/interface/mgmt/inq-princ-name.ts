import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readConformantVaryingString, writeConformantVaryingString } from '../../ndr/string.ts';

/** inq_princ_name, operation 4 (C706 App. Q): under which name does the server authenticate? */
export interface InqPrincNameRequest {
  /** The authentication service, 10 for NTLM. */
  readonly authnProtocol: number;
  /** Room for the name with its terminator, at most 4096. */
  readonly nameSize: number;
}

export interface InqPrincNameResponse {
  readonly nameSize: number;
  readonly name: string;
  readonly status: number;
}

export function encodeInqPrincNameRequest(request: InqPrincNameRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, request.authnProtocol);
  writeU32(writer, request.nameSize);
  return writer.finish();
}

export function decodeInqPrincNameRequest(stub: Uint8Array, littleEndian: boolean): InqPrincNameRequest {
  const reader = new Reader(stub, littleEndian);
  return { authnProtocol: readU32(reader), nameSize: readU32(reader) };
}

/** Throws LocalMisuseError for a name that does not fit. */
export function encodeInqPrincNameResponse(response: InqPrincNameResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeConformantVaryingString(writer, response.name, response.nameSize);
  writeU32(writer, response.status);
  return writer.finish();
}

export function decodeInqPrincNameResponse(stub: Uint8Array, littleEndian: boolean): InqPrincNameResponse {
  const reader = new Reader(stub, littleEndian);
  const { maxCount, text } = readConformantVaryingString(reader);
  return { nameSize: maxCount, name: text, status: readU32(reader) };
}
