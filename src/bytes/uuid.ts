import { LocalMisuseError } from '../status/errors.ts';
import { toHex } from './hex.ts';

/**
 * 16 bytes in little-endian NDR order, as Windows keeps a GUID in memory: the first three groups of the text reversed,
 * the last two as they stand (C706 App. A). A PDU of the other byte order is turned when it is decoded.
 */
export type Uuid = Uint8Array;

export const NIL_UUID: Uuid = new Uint8Array(16);

/** Reads `b97db8b2-4c63-11cf-bff6-08002be23f2f`, braces allowed. Throws LocalMisuseError on anything else. */
export function uuid(text: string): Uuid {
  const match = /^\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?$/i.exec(text);
  if (match === null) throw new LocalMisuseError(`not a UUID: ${text}`);
  const digits = match.slice(1).join('');
  return swapUuid(Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)));
}

/** The usual text, in lower case: `b97db8b2-4c63-11cf-bff6-08002be23f2f`. */
export function uuidText(value: Uuid): string {
  const digits = toHex(swapUuid(value));
  return [0, 8, 12, 16, 20, 32].flatMap((end, i, ends) => (i === 0 ? [] : digits.slice(ends[i - 1], end))).join('-');
}

/** The other byte order of the same UUID: time_low, time_mid and time_hi reversed. A copy. */
export function swapUuid(value: Uuid): Uuid {
  const [a, b, c, d, e, f, g, h] = value as unknown as [number, number, number, number, number, number, number, number];
  // A Buffer's own slice would be a view, and the datagram would be turned under its reader.
  const swapped = new Uint8Array(value.subarray(0, 16));
  swapped.set([d, c, b, a, f, e, h, g]);
  return swapped;
}

export function sameUuid(a: Uuid, b: Uuid): boolean {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isNilUuid(value: Uuid): boolean {
  return sameUuid(value, NIL_UUID);
}

/** The UUID as eight UTF-16 units: a short key for a Map, not for people. */
export function uuidKey(value: Uuid): string {
  return String.fromCharCode(
    unit(value, 0),
    unit(value, 2),
    unit(value, 4),
    unit(value, 6),
    unit(value, 8),
    unit(value, 10),
    unit(value, 12),
    unit(value, 14),
  );
}

function unit(value: Uuid, at: number): number {
  return (value[at] as number) | ((value[at + 1] as number) << 8);
}

/** A version 4 UUID out of 16 bytes of randomness; the argument is not changed. */
export function randomUuid(random: Uint8Array): Uuid {
  const value = new Uint8Array(random.subarray(0, 16));
  value[7] = ((value[7] as number) & 0x0f) | 0x40;
  value[8] = ((value[8] as number) & 0x3f) | 0x80;
  return value;
}
