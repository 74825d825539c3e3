import { writeU16, writeU32 } from './integers.ts';

/** Appends integers of either byte order to a buffer that grows as needed. */
export class Writer {
  readonly littleEndian: boolean;
  #bytes: Uint8Array;
  #length = 0;

  constructor(littleEndian = true, capacity = 256) {
    this.littleEndian = littleEndian;
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** One byte; higher bits are cut off. */
  u8(value: number): this {
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  /** 2 bytes. */
  u16(value: number): this {
    const at = this.#grow(2);
    writeU16(this.#bytes, at, value, this.littleEndian);
    return this;
  }

  /** 4 bytes. */
  u32(value: number): this {
    const at = this.#grow(4);
    writeU32(this.#bytes, at, value, this.littleEndian);
    return this;
  }

  /** 8 bytes. */
  u64(value: bigint): this {
    const low = Number(value & 0xffffffffn);
    const high = Number((value >> 32n) & 0xffffffffn);
    return this.littleEndian ? this.u32(low).u32(high) : this.u32(high).u32(low);
  }

  /** A copy of these bytes. */
  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** So many bytes of zero. */
  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Pads with zeros to the next multiple of `boundary`. */
  align(boundary: number): this {
    const over = this.#length % boundary;
    return over === 0 ? this : this.zeros(boundary - over);
  }

  /** What was written: a view, good until the next write. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    const need = at + count;
    if (need > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(need, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length = need;
    return at;
  }
}
