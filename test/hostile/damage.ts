import { expect } from 'vitest';
import { isClusError } from '../../src/status/errors.ts';

/** A seeded generator (mulberry32): the same mutations at every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Values that break arithmetic: signs, sizes of 4 GB, offsets to nowhere and back to the start. */
const EDGES = [0, 1, 4, 8, 0x20, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x40000001, 0x10000, 0x1000];

/** One to six changes: a flipped bit, an edge value, a copied word, a cut. `hot` says where it hurts most. */
export function mutate(original: Uint8Array, random: (below: number) => number, hot: readonly number[]): Buffer {
  const bytes = Buffer.from(original);
  for (let i = random(6); i >= 0; i--) {
    const at = random(4) === 0 ? random(bytes.length - 4) : (hot[random(hot.length)] as number);
    const kind = random(8);
    if (at + 4 > bytes.length) continue;
    if (kind < 3) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
    else if (kind < 6) bytes.writeUInt32LE(EDGES[random(EDGES.length)] as number, at);
    else bytes.writeUInt32LE(bytes.readUInt32LE(random(bytes.length - 4)), at);
  }
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

/** The law for every reader of outside bytes: a value, or an error of ours that says where and why. */
export function outcome(read: () => unknown): 'value' | 'error' {
  try {
    read();
    return 'value';
  } catch (error) {
    if (!isClusError(error)) throw error;
    expect(error.message).toMatch(/offset|line \d+|bytes|registry export/);
    return 'error';
  }
}
