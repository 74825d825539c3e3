/** Unchecked integer access at an offset: the caller has compared lengths before. The one place that knows byte orders. */
export function readU16(b: Uint8Array, at: number, little: boolean): number {
  const first = b[at] as number;
  const second = b[at + 1] as number;
  return little ? first | (second << 8) : (first << 8) | second;
}

export function readU32(b: Uint8Array, at: number, little: boolean): number {
  const first = readU16(b, at, little);
  const second = readU16(b, at + 2, little);
  return (little ? first | (second << 16) : (first << 16) | second) >>> 0;
}

export function writeU16(b: Uint8Array, at: number, value: number, little: boolean): void {
  b[little ? at : at + 1] = value;
  b[little ? at + 1 : at] = value >>> 8;
}

export function writeU32(b: Uint8Array, at: number, value: number, little: boolean): void {
  writeU16(b, little ? at : at + 2, value, little);
  writeU16(b, little ? at + 2 : at, value >>> 16, little);
}
