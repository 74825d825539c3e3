/** UTF-16LE code units to a string, unit by unit: unpaired surrogates survive. An odd last byte is left out. */
export function fromUtf16(bytes: Uint8Array): string {
  const units: number[] = [];
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    units.push((bytes[i] as number) | ((bytes[i + 1] as number) << 8));
    if (units.length === 4096) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

export function toUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return bytes;
}
