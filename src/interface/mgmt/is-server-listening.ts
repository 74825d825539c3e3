import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';

/**
 * is_server_listening, operation 2 (C706 App. Q). The request has no parameters; sent as an idempotent call it needs no
 * callback, so it tells whether an endpoint answers at all.
 */
export interface IsServerListeningResponse {
  readonly status: number;
  readonly listening: boolean;
}

export function encodeIsServerListeningResponse(response: IsServerListeningResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, response.status);
  writeU32(writer, response.listening ? 1 : 0);
  return writer.finish();
}

export function decodeIsServerListeningResponse(stub: Uint8Array, littleEndian: boolean): IsServerListeningResponse {
  const reader = new Reader(stub, littleEndian);
  return { status: readU32(reader), listening: readU32(reader) !== 0 };
}
