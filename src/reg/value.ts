import { fromUtf16, toUtf16 } from '../bytes/utf16.ts';

/** Registry value types (winnt.h). A type that is not listed is still a number that an export or a hive can carry. */
export const REG_TYPE = {
  NONE: 0,
  SZ: 1,
  EXPAND_SZ: 2,
  BINARY: 3,
  DWORD: 4,
  DWORD_BIG_ENDIAN: 5,
  LINK: 6,
  MULTI_SZ: 7,
  QWORD: 11,
} as const;

/** `REG_SZ`; a type that is not listed by its number. */
export function registryTypeName(type: number): string {
  const name = Object.entries(REG_TYPE).find(([, number]) => number === type)?.[0];
  return name === undefined ? `registry type ${type}` : `REG_${name}`;
}

/** One value as the registry holds it: text is UTF-16LE with its terminators. The default value has the name `''`. */
export interface RegistryValue {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}

/** One key with its full path, `HKEY_LOCAL_MACHINE\Software\…`. */
export interface RegistryKey {
  readonly path: string;
  readonly values: readonly RegistryValue[];
}

/** What is odd about bytes that were read as text all the same. */
export type ValueNote = 'unterminated' | 'trailing-data' | 'odd-length' | 'looks-8-bit';

export interface Decoded<T> {
  readonly value: T;
  readonly notes: readonly ValueNote[];
}

/** The text of a REG_SZ or REG_EXPAND_SZ up to its first NUL; null for every other type, which is never converted silently. */
export function regString(value: RegistryValue): Decoded<string> | null {
  if (value.type !== REG_TYPE.SZ && value.type !== REG_TYPE.EXPAND_SZ) return null;
  const units = textUnits(value.data);
  const notes = notesOn(value.data);
  const end = units.indexOf('\0');
  if (end === -1) return { value: units, notes: units === '' ? notes : [...notes, 'unterminated'] };
  return { value: units.slice(0, end), notes: end + 1 < units.length ? [...notes, 'trailing-data'] : notes };
}

/**
 * The strings of a REG_MULTI_SZ; null for every other type. Empty strings inside the list stay, since some values hold
 * them on purpose; one empty string at the end is the terminator of the list.
 */
export function regMultiString(value: RegistryValue): Decoded<readonly string[]> | null {
  if (value.type !== REG_TYPE.MULTI_SZ) return null;
  const pieces = textUnits(value.data).split('\0');
  const notes = notesOn(value.data);
  const unterminated = pieces.at(-1) !== '';
  if (!unterminated) pieces.pop();
  if (pieces.at(-1) === '') pieces.pop();
  const strings = pieces.every((piece) => piece === '') ? [] : pieces;
  return { value: strings, notes: unterminated ? [...notes, 'unterminated'] : notes };
}

/** The number of a REG_DWORD or REG_DWORD_BIG_ENDIAN; null for every other type and for data that is not four bytes. */
export function regDword(value: RegistryValue): number | null {
  const { data } = value;
  if (data.length !== 4) return null;
  const view = new DataView(data.buffer, data.byteOffset, 4);
  if (value.type === REG_TYPE.DWORD) return view.getUint32(0, true);
  return value.type === REG_TYPE.DWORD_BIG_ENDIAN ? view.getUint32(0, false) : null;
}

export function stringValue(name: string, text: string): RegistryValue {
  return { name, type: REG_TYPE.SZ, data: toUtf16(`${text}\0`) };
}

export function multiStringValue(name: string, strings: readonly string[]): RegistryValue {
  return { name, type: REG_TYPE.MULTI_SZ, data: toUtf16(`${strings.map((text) => `${text}\0`).join('')}\0`) };
}

export function dwordValue(name: string, number: number): RegistryValue {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, number, true);
  return { name, type: REG_TYPE.DWORD, data };
}

/** An odd last byte is dropped, but where it is the low half of a terminator whose high half was cut off. */
function textUnits(data: Uint8Array): string {
  const text = fromUtf16(data);
  return data.length % 2 === 1 && data.at(-1) === 0 ? `${text}\0` : text;
}

function notesOn(data: Uint8Array): ValueNote[] {
  const odd = data.length % 2 === 1;
  const cutTerminator = odd && data.at(-1) === 0;
  const notes: ValueNote[] = odd && !cutTerminator ? ['odd-length'] : [];
  return looks8Bit(data, odd && !cutTerminator) ? [...notes, 'looks-8-bit'] : notes;
}

/** Printable ASCII bytes, where UTF-16 of the same text would have a zero in every second place. */
function looks8Bit(data: Uint8Array, odd: boolean): boolean {
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i] as number;
    if (byte !== 0 && (byte < 0x20 || byte > 0x7e)) return false;
    if (i % 2 === 1 && byte !== 0) high++;
  }
  return odd ? high > 0 : high > data.length / 4;
}
