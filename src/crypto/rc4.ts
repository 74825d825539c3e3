const IDENTITY = Uint8Array.from({ length: 256 }, (_, i) => i);

/** RC4: a stream of bytes, XORed onto what `apply` is given; each call goes on where the last one stopped. */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    this.restart(key);
  }

  /** As a new one of that key. */
  restart(key: Uint8Array): this {
    const state = this.#state;
    state.set(IDENTITY);
    this.#i = 0;
    this.#j = 0;
    const { length } = key;
    for (let i = 0, j = 0, k = 0; i < 256; i++) {
      const value = state[i] as number;
      j = (j + value + (key[k] as number)) & 0xff;
      state[i] = state[j] as number;
      state[j] = value;
      k = k + 1 === length ? 0 : k + 1;
    }
    return this;
  }

  /** Encrypts or decrypts into new bytes. */
  apply(data: Uint8Array): Uint8Array {
    return this.applyTo(data, new Uint8Array(data.length));
  }

  /** The same into `result`, which may be the data itself, `length` bytes of it. */
  applyTo(data: Uint8Array, result: Uint8Array, length = data.length): Uint8Array {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let n = 0; n < length; n++) {
      i = (i + 1) & 0xff;
      const a = state[i] as number;
      j = (j + a) & 0xff;
      const b = state[j] as number;
      state[i] = b;
      state[j] = a;
      result[n] = (data[n] as number) ^ (state[(a + b) & 0xff] as number);
    }
    this.#i = i;
    this.#j = j;
    return result;
  }

  wipe(): void {
    this.#state.fill(0);
    this.#i = 0;
    this.#j = 0;
  }
}

/** RC4 of one message under a key of its own. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = new Rc4(key);
  const result = cipher.apply(data);
  cipher.wipe();
  return result;
}
