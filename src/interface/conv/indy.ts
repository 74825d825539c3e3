import { Reader } from '../../bytes/reader.ts';
import type { Uuid } from '../../bytes/uuid.ts';
import { Writer } from '../../bytes/writer.ts';
import { readUuid, writeUuid } from '../../ndr/scalar.ts';

/** convc_indy, operation 0 of convc (C706 App. P): "I am alive", a maybe call without an answer. */
export interface ConvcIndyRequest {
  /**
   * The client address space as in conv_who_are_you2 (C706), or the activity ([MS-RPCE] 3.2.2.6.2): a server should look
   * for either.
   */
  readonly casUuid: Uuid;
}

export function encodeConvcIndyRequest(request: ConvcIndyRequest, littleEndian = true): Uint8Array {
  const writer = new Writer(littleEndian);
  writeUuid(writer, request.casUuid);
  return writer.finish();
}

export function decodeConvcIndyRequest(stub: Uint8Array, littleEndian: boolean): ConvcIndyRequest {
  return { casUuid: readUuid(new Reader(stub, littleEndian)) };
}
