import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readExtent, writeExtent } from '../../ndr/array.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** A piece of the client's token, as operations 3 and 4 answer it. */
export interface ConvCredentials {
  /** The room that the server offered. */
  readonly maxLength: number;
  readonly data: Uint8Array;
}

/** out_data [size_is(out_max_len), length_is(*out_len)], then *out_len. */
export function writeCredentials(writer: Writer, { maxLength, data }: ConvCredentials): void {
  writeExtent(writer, { maxCount: maxLength, count: data.length });
  writer.bytes(data);
  writeU32(writer, data.length);
}

export function readCredentials(reader: Reader): ConvCredentials {
  const { maxCount, count } = readExtent(reader, 1);
  const data = reader.take(count).slice();
  checkLength(readU32(reader), count);
  return { maxLength: maxCount, data };
}

export function checkLength(length: number, count: number): void {
  if (length !== count) throw new RemoteProtocolError(`a token of ${length} bytes in an array of ${count}`);
}
