/** Signed difference of two sequence numbers: they wrap at 2^32 (C706 9.5). */
export function sequenceDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** Signed difference of two serial numbers: they wrap at 2^16. */
export function serialDifference(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
