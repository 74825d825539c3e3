import { readU32, writeU32 } from '../bytes/integers.ts';

const BLOCK = 64;
const DIGEST = 16;
/** floor(2³² · |sin(i + 1)|) (RFC 1321 3.4). */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
const ORDER = Uint8Array.from(
  { length: 64 },
  (_, i) => [i, 5 * i + 1, 3 * i + 5, 7 * i].map((at) => at & 15)[i >> 4] ?? 0,
);
const INITIAL = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);

/** Of the hash under way: there is one at a time, and messages are so short that room for each would cost more than hashing them. */
const state = new Int32Array(4);
const rest = new Uint8Array(BLOCK);
const words = new Int32Array(16);
let length = 0;

/** MD5 (RFC 1321) over the pieces one after the other, 16 bytes. */
export function md5(...pieces: readonly Uint8Array[]): Uint8Array {
  return md5To(new Uint8Array(DIGEST), ...pieces);
}

/** The same into the 16 bytes of `out`. */
export function md5To(out: Uint8Array, ...pieces: readonly Uint8Array[]): Uint8Array {
  begin(INITIAL, 0);
  for (const piece of pieces) update(piece);
  return finish(out);
}

/** HMAC-MD5 (RFC 2104) over the pieces one after the other, 16 bytes. */
export function hmacMd5(key: Uint8Array, ...pieces: readonly Uint8Array[]): Uint8Array {
  return new HmacMd5(key).digest(...pieces);
}

/** HMAC-MD5 under one key, of any number of messages. */
export class HmacMd5 {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;

  constructor(key: Uint8Array) {
    const block = new Uint8Array(BLOCK);
    block.set(key.length > BLOCK ? md5(key) : key);
    this.#inner = afterBlock(block.map((byte) => byte ^ 0x36));
    this.#outer = afterBlock(block.map((byte) => byte ^ 0x5c));
    block.fill(0);
  }

  /** Over the pieces one after the other, 16 bytes. */
  digest(...pieces: readonly Uint8Array[]): Uint8Array {
    return this.digestTo(new Uint8Array(DIGEST), ...pieces);
  }

  /** The same into the 16 bytes of `out`. */
  digestTo(out: Uint8Array, ...pieces: readonly Uint8Array[]): Uint8Array {
    begin(this.#inner, BLOCK);
    for (const piece of pieces) update(piece);
    finish(out);
    begin(this.#outer, BLOCK);
    update(out);
    return finish(out);
  }

  wipe(): void {
    this.#inner.fill(0);
    this.#outer.fill(0);
  }
}

function afterBlock(block: Uint8Array): Int32Array {
  begin(INITIAL, 0);
  update(block);
  block.fill(0);
  return state.slice();
}

function begin(from: Int32Array, hashed: number): void {
  state.set(from);
  length = hashed;
}

function update(bytes: Uint8Array): void {
  const filled = length % BLOCK;
  length += bytes.length;
  let at = 0;
  if (filled > 0) {
    at = Math.min(bytes.length, BLOCK - filled);
    for (let i = 0; i < at; i++) rest[filled + i] = bytes[i] as number;
    if (filled + at < BLOCK) return;
    compress(rest, 0);
  }
  for (; at + BLOCK <= bytes.length; at += BLOCK) compress(bytes, at);
  for (let i = at; i < bytes.length; i++) rest[i - at] = bytes[i] as number;
}

/** Leaves nothing of the message behind. */
function finish(out: Uint8Array): Uint8Array {
  const filled = length % BLOCK;
  rest[filled] = 0x80;
  rest.fill(0, filled + 1);
  if (filled >= BLOCK - 8) {
    compress(rest, 0);
    rest.fill(0);
  }
  writeU32(rest, BLOCK - 8, (length << 3) >>> 0, true);
  writeU32(rest, BLOCK - 4, Math.floor(length / 2 ** 29), true);
  compress(rest, 0);
  for (let i = 0; i < 4; i++) writeU32(out, 4 * i, (state[i] as number) >>> 0, true);
  rest.fill(0);
  words.fill(0);
  return out;
}

/** One block (RFC 1321 3.4), four steps at a time, after which the four words are in their places again. */
function compress(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = readU32(bytes, at + 4 * i, true);
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let i = 0; i < 16; i += 4) {
    a = (b + rotated(a + (d ^ (b & (c ^ d))) + added(i), 7)) | 0;
    d = (a + rotated(d + (c ^ (a & (b ^ c))) + added(i + 1), 12)) | 0;
    c = (d + rotated(c + (b ^ (d & (a ^ b))) + added(i + 2), 17)) | 0;
    b = (c + rotated(b + (a ^ (c & (d ^ a))) + added(i + 3), 22)) | 0;
  }
  for (let i = 16; i < 32; i += 4) {
    a = (b + rotated(a + (c ^ (d & (b ^ c))) + added(i), 5)) | 0;
    d = (a + rotated(d + (b ^ (c & (a ^ b))) + added(i + 1), 9)) | 0;
    c = (d + rotated(c + (a ^ (b & (d ^ a))) + added(i + 2), 14)) | 0;
    b = (c + rotated(b + (d ^ (a & (c ^ d))) + added(i + 3), 20)) | 0;
  }
  for (let i = 32; i < 48; i += 4) {
    a = (b + rotated(a + (b ^ c ^ d) + added(i), 4)) | 0;
    d = (a + rotated(d + (a ^ b ^ c) + added(i + 1), 11)) | 0;
    c = (d + rotated(c + (d ^ a ^ b) + added(i + 2), 16)) | 0;
    b = (c + rotated(b + (c ^ d ^ a) + added(i + 3), 23)) | 0;
  }
  for (let i = 48; i < 64; i += 4) {
    a = (b + rotated(a + (c ^ (b | ~d)) + added(i), 6)) | 0;
    d = (a + rotated(d + (b ^ (a | ~c)) + added(i + 1), 10)) | 0;
    c = (d + rotated(c + (a ^ (d | ~b)) + added(i + 2), 15)) | 0;
    b = (c + rotated(b + (d ^ (c | ~a)) + added(i + 3), 21)) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

/** The constant of a step and the word that it takes. */
function added(step: number): number {
  return ((SINES[step] as number) + (words[ORDER[step] as number] as number)) | 0;
}

function rotated(number: number, by: number): number {
  const sum = number | 0;
  return (sum << by) | (sum >>> (32 - by));
}
