import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readConformance, readElements } from '../../ndr/array.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** inq_stats, operation 1 (C706 App. Q). */
export interface InqStatsRequest {
  /** How many counters are wanted, at most 50. */
  readonly count: number;
}

export interface InqStatsResponse {
  /** Calls in, calls out, packets in, packets out. */
  readonly statistics: readonly number[];
  readonly status: number;
}

export function encodeInqStatsRequest(request: InqStatsRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeU32(writer, request.count);
  return writer.finish();
}

export function decodeInqStatsRequest(stub: Uint8Array, littleEndian: boolean): InqStatsRequest {
  return { count: readU32(new Reader(stub, littleEndian)) };
}

export function encodeInqStatsResponse(response: InqStatsResponse, littleEndian = true): Uint8Array {
  const { statistics, status } = response;
  const writer = new Writer(littleEndian);
  writeU32(writer, statistics.length);
  writeU32(writer, statistics.length);
  for (const value of statistics) writeU32(writer, value);
  writeU32(writer, status);
  return writer.finish();
}

export function decodeInqStatsResponse(stub: Uint8Array, littleEndian: boolean): InqStatsResponse {
  const reader = new Reader(stub, littleEndian);
  const count = readU32(reader);
  const maxCount = readConformance(reader, 4);
  if (count !== maxCount) throw new RemoteProtocolError(`${count} statistics in an array of ${maxCount}`);
  return { statistics: readElements(reader, maxCount, readU32), status: readU32(reader) };
}
