import { PFC } from '../../../pdu/co/index.ts';

export interface Part {
  /** firstFrag and lastFrag, as they fall. */
  readonly flags: number;
  readonly stub: Uint8Array;
  /** Bytes of the message from this part on. */
  readonly left: number;
}

/** The stubs of the fragments of a message; `room` bytes fit one. All but the last have a multiple of 16. */
export function* split(stub: Uint8Array, room: number): Generator<Part> {
  const size = room & ~15;
  let at = 0;
  do {
    const part = stub.subarray(at, at + size);
    const last = at + part.length === stub.length;
    yield { flags: (at === 0 ? PFC.firstFrag : 0) | (last ? PFC.lastFrag : 0), stub: part, left: stub.length - at };
    at += part.length;
  } while (at < stub.length);
}
