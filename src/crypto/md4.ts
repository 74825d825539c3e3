import { readU32, writeU32 } from '../bytes/integers.ts';

const ROUNDS = [
  { mix: (x: number, y: number, z: number) => (x & y) | (~x & z), add: 0x00000000, shifts: [3, 7, 11, 19] },
  { mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z), add: 0x5a827999, shifts: [3, 5, 9, 13] },
  { mix: (x: number, y: number, z: number) => x ^ y ^ z, add: 0x6ed9eba1, shifts: [3, 9, 11, 15] },
] as const;

const ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
] as const;

/** MD4 (RFC 1320), 16 bytes. OpenSSL 3 offers it no more; NTLM hashes passwords with it. */
export function md4(message: Uint8Array): Uint8Array {
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const words = new Uint32Array(16);
  const padded = pad(message);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = readU32(padded, block + 4 * i, true);
    digestBlock(state, words);
  }
  padded.fill(0);
  words.fill(0);
  const digest = new Uint8Array(16);
  for (const [i, word] of state.entries()) writeU32(digest, 4 * i, word, true);
  return digest;
}

function digestBlock(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const [round, { mix, add, shifts }] of ROUNDS.entries()) {
    for (const [step, word] of (ORDERS[round] as readonly number[]).entries()) {
      const sum = (a + mix(b, c, d) + (words[word] as number) + add) | 0;
      const shift = shifts[step % 4] as number;
      [a, d, c, b] = [d, c, b, (sum << shift) | (sum >>> (32 - shift))];
    }
  }
  for (const [i, value] of [a, b, c, d].entries()) state[i] = (state[i] as number) + value;
}

function pad(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((message.length + 72) & ~63);
  padded.set(message);
  padded[message.length] = 0x80;
  writeU32(padded, padded.length - 8, message.length << 3, true);
  writeU32(padded, padded.length - 4, Math.floor(message.length / 0x20000000), true);
  return padded;
}
