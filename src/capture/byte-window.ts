const MIN_CAPACITY = 4096;

/**
 * The bytes of a stream that are not consumed yet, in one piece. A chunk is used where it lies unless a record lies
 * across its border. Bytes once handed out are never written again, so views of them stay good.
 */
export class ByteWindow {
  view: DataView = new DataView(new ArrayBuffer(0));
  bytes: Uint8Array = new Uint8Array(0);
  /** Index in `bytes` of the first unread one; whoever consumes moves it. */
  offset = 0;
  #end = 0;
  #owned = false;
  #base = 0;

  get available(): number {
    return this.#end - this.offset;
  }

  /** Bytes of the stream before `offset`. */
  get position(): number {
    return this.#base + this.offset;
  }

  append(chunk: Uint8Array): void {
    const { available } = this;
    if (available === 0) {
      this.#replace(chunk, chunk.length, false);
    } else if (this.#owned && this.bytes.length - this.#end >= chunk.length) {
      this.bytes.set(chunk, this.#end);
      this.#end += chunk.length;
    } else {
      // Twice what is needed: a record that comes byte by byte is copied a logarithmic number of times.
      const joined = new Uint8Array(Math.max(MIN_CAPACITY, available * 2, available + chunk.length));
      joined.set(this.bytes.subarray(this.offset, this.#end));
      joined.set(chunk, available);
      this.#replace(joined, available + chunk.length, true);
    }
  }

  /** Moves over at most `count` bytes; answers how many there were. */
  skip(count: number): number {
    const skipped = Math.min(count, this.available);
    this.offset += skipped;
    return skipped;
  }

  #replace(bytes: Uint8Array, end: number, owned: boolean): void {
    this.#base += this.offset;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = 0;
    this.#end = end;
    this.#owned = owned;
  }
}
