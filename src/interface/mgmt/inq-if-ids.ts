import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { readConformance, readElements } from '../../ndr/array.ts';
import { FullPointees, ReferentIds, readPointer, writePointer, writeReferent } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import type { SyntaxId } from '../../ndr/syntax.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { readInterfaceId, writeInterfaceId } from '../interface-id.ts';

/** inq_if_ids, operation 0 (C706 App. Q): which interfaces does this server offer? The request has no parameters. */
export interface InqIfIdsResponse {
  /** Null when the server gave no vector, as with a status other than 0. */
  readonly interfaces: readonly SyntaxId[] | null;
  readonly status: number;
}

export function encodeInqIfIdsResponse(response: InqIfIdsResponse, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  const ids = new ReferentIds();
  writePointer(writer, ids, response.interfaces, (_, interfaces) => {
    writeU32(writer, interfaces.length);
    writeU32(writer, interfaces.length);
    for (const id of interfaces) writeReferent(writer, ids, id);
    for (const id of interfaces) writeInterfaceId(writer, id);
  });
  writeU32(writer, response.status);
  return writer.finish();
}

/** Null pointers in the vector are left out. */
export function decodeInqIfIdsResponse(stub: Uint8Array, littleEndian: boolean): InqIfIdsResponse {
  const reader = new Reader(stub, littleEndian);
  return { interfaces: readPointer(reader, readVector), status: readU32(reader) };
}

function readVector(reader: Reader): SyntaxId[] {
  const maxCount = readConformance(reader, 4);
  const count = readU32(reader);
  if (count !== maxCount) throw new RemoteProtocolError(`a vector of ${count} interfaces in an array of ${maxCount}`);
  const pointees = new FullPointees<SyntaxId>();
  return readElements(reader, count, readU32)
    .map((referent) => pointees.read(reader, referent, readInterfaceId))
    .filter((id) => id !== null);
}
