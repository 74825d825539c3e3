import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readU32, readUuid, writeU32, writeUuid } from '../../ndr/scalar.ts';

/** What every callback begins with, and what operations 0 to 2 consist of. */
export interface ConvCaller {
  /** The activity of the call that the server wants to know about. */
  readonly activity: Uuid;
  /** The server's boot time, as in its PDU headers. */
  readonly bootTime: number;
}

export function writeConvCaller(writer: Writer, caller: ConvCaller): void {
  writeUuid(writer, caller.activity);
  writeU32(writer, caller.bootTime);
}

export function readConvCaller(reader: Reader): ConvCaller {
  return { activity: readUuid(reader), bootTime: readU32(reader) };
}

export function encodeConvCaller(caller: ConvCaller, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeConvCaller(writer, caller);
  return writer.finish();
}

export function decodeConvCaller(stub: Uint8Array, littleEndian: boolean): ConvCaller {
  return readConvCaller(new Reader(stub, littleEndian));
}
