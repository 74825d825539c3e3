import { RemoteProtocolError } from '../status/errors.ts';
import { readU16, readU32 } from './integers.ts';

/**
 * Reads integers of either byte order from bytes that came from outside. Reading past the end throws
 * RemoteProtocolError with code ERR_CLUSRPC_TOO_SHORT, never a RangeError.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  offset: number;

  constructor(bytes: Uint8Array, littleEndian = true, offset = 0) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.offset = offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** The next byte. */
  u8(): number {
    const at = this.#take(1);
    return this.bytes[at] as number;
  }

  /** The next 2 bytes. */
  u16(): number {
    return readU16(this.bytes, this.#take(2), this.littleEndian);
  }

  /** The next 4 bytes. */
  u32(): number {
    return readU32(this.bytes, this.#take(4), this.littleEndian);
  }

  /** The next 8 bytes. */
  u64(): bigint {
    const first = BigInt(this.u32());
    const second = BigInt(this.u32());
    return this.littleEndian ? first | (second << 32n) : (first << 32n) | second;
  }

  /** A view of the next `length` bytes, not a copy. */
  take(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  /** Passes over the next `length` bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /** Moves to the next multiple of `boundary`, counted from the start of `bytes`. */
  align(boundary: number): void {
    const over = this.offset % boundary;
    if (over !== 0) this.#take(boundary - over);
  }

  #take(length: number): number {
    const at = this.offset;
    if (length < 0 || at + length > this.bytes.length) throw tooShort(at, length, this.bytes.length);
    this.offset = at + length;
    return at;
  }
}

function tooShort(at: number, wanted: number, size: number): RemoteProtocolError {
  return new RemoteProtocolError(`too short: ${wanted} bytes wanted at offset ${at}, ${size - at} are there`, {
    code: 'ERR_CLUSRPC_TOO_SHORT',
  });
}
