import { timingSafeEqual } from 'node:crypto';

/** Compares in a time that does not depend on where the first difference is. Other lengths are unequal at once. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
