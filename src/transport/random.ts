import { randomFillSync } from 'node:crypto';
import { randomUuid, type Uuid } from '../bytes/uuid.ts';

/** Numbers from 0 up to 1, the same for the same seed: sfc32 (Chris Doty-Humphrey's small fast counter). */
export function seededRandom(seed: number): () => number {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = Math.floor(seed / 0x100000000) | 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 0x100000000;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A source of version 4 UUIDs out of such numbers. */
export function uuidSource(random: () => number): () => Uuid {
  return () => randomUuid(Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)));
}

const pool = new Uint8Array(4_096);
let used = pool.length;

/** A version 4 UUID out of the system's randomness, which is fetched for many at once. */
export function newUuid(): Uuid {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return randomUuid(pool.subarray(used - 16, used));
}
