import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readConformance } from '../../ndr/array.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** A twr_t (C706 App. O): max_count, tower_length, octets. The octets stay closed here; `decodeTower` opens them. */
export function readTwr(reader: Reader): Uint8Array {
  const maxCount = readConformance(reader, 1);
  const length = readU32(reader);
  if (length !== maxCount) throw new RemoteProtocolError(`a tower of ${length} octets in an array of ${maxCount}`);
  return reader.take(length).slice();
}

export function writeTwr(writer: Writer, octets: Uint8Array): void {
  writeU32(writer, octets.length);
  writeU32(writer, octets.length);
  writer.bytes(octets);
}

/**
 * Full pointers count from 1 in steps of 1, and a response goes on where its request stopped: the object and the tower of
 * an ept_map request took 1 and 2.
 */
export const FIRST_REQUEST_REFERENT = 1;
export const FIRST_RESPONSE_REFERENT = 3;
