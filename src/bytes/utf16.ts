/** UTF-16LE code units to a string, unit by unit: unpaired surrogates survive. An odd last byte is left out. */
export function fromUtf16(bytes: Uint8Array): string {
  const length = bytes.length >> 1;
  const units = new Uint16Array(Math.min(length, UNITS_AT_ONCE));
  let text = '';
  for (let from = 0; from < length; from += UNITS_AT_ONCE) {
    const count = Math.min(UNITS_AT_ONCE, length - from);
    for (let i = 0; i < count; i++) {
      const at = 2 * (from + i);
      units[i] = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    }
    text += Reflect.apply(String.fromCharCode, null, units.subarray(0, count));
  }
  return text;
}

/** What a call takes as arguments without running out of stack. */
const UNITS_AT_ONCE = 4096;

export function toUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return bytes;
}
