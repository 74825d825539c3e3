import { readU32, writeU32 } from '../../../src/bytes/integers.ts';
import { uuid } from '../../../src/bytes/uuid.ts';

/** The interface of both programs: one operation that answers with as many bytes as it is asked for. */
export const INTERFACE = {
  uuid: uuid('7f6e5d4c-3b2a-4190-8070-605040302010'),
  version: { major: 1, minor: 0 },
};

/** 0: number of the call, 4: bytes wanted back, then padding up to `length`. */
export function question(number: number, wanted: number, length: number): Uint8Array {
  const stub = new Uint8Array(Math.max(8, length)).fill(number & 0xff, 8);
  writeU32(stub, 0, number, true);
  writeU32(stub, 4, wanted, true);
  return stub;
}

export function numberOf(stub: Uint8Array): number {
  return readU32(stub, 0, true);
}

/** Whether the padding of a question arrived as it was sent. */
export function isSound(stub: Uint8Array): boolean {
  return stub.every((byte, i) => i < 8 || byte === (numberOf(stub) & 0xff));
}

export function answer(stub: Uint8Array): Uint8Array {
  const number = numberOf(stub);
  return Uint8Array.from({ length: readU32(stub, 4, true) }, (_, i) => (number * 7 + i) & 0xff);
}
