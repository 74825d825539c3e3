import { fromUtf16 } from '../bytes/utf16.ts';

/** A "compressed" name is Latin-1, one byte a UTF-16 unit below 256; not Windows-1252. */
export function decodeName(bytes: Uint8Array, compressed: boolean): string {
  if (!compressed) return fromUtf16(bytes);
  let name = '';
  for (const byte of bytes) name += String.fromCharCode(byte);
  return name;
}

/** Registry names are equal when their UTF-16 units are, each upper-cased by itself. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && compareNames(a, b) === 0);
}

/** Below 0: a stands before b in a list; 0: they are equal. */
export function compareNames(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [one, other] = [upperUnit(a, i), upperUnit(b, i)];
    if (one !== other) return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

/**
 * What toUpperCase does to a whole string is not what Windows does: a unit stays as it is where the upper case is longer (ß) or
 * would turn a letter outside ASCII into one inside (dotless ı), and µ has no capital in the Windows table.
 */
function upperUnit(text: string, index: number): string {
  const unit = text[index] as string;
  const upper = unit.toUpperCase();
  const aliasesAscii = unit >= '\x80' && upper < '\x80';
  return upper.length !== 1 || aliasesAscii || unit === '\xb5' ? unit : upper;
}

/** What a list keeps of a name: lf its first four bytes, lh a hash. */
export interface NameHint {
  readonly hashed: boolean;
  readonly bits: number;
}

const OUTSIDE_ASCII = /[^ -~]/;

/**
 * Whether a name could be `wanted` with some of its bytes lost: names that Windows asks for are ASCII, and damage seldom is. Without the
 * mark of compression two bytes are read as one unit.
 */
export function mayHaveBeen(name: string, wanted: string): boolean {
  if (name === '') return true;
  return OUTSIDE_ASCII.test(name) && (name.length === wanted.length || name.length === wanted.length >>> 1);
}

/** No name of a value that Windows itself keeps. */
export function isStrangeName(name: string): boolean {
  return OUTSIDE_ASCII.test(name);
}

/** Names outside ASCII always fit: writers differ there. */
export function hintFits({ hashed, bits }: NameHint, name: string): boolean {
  if (bits === 0 || OUTSIDE_ASCII.test(name)) return true;
  const upper = name.toUpperCase();
  return hashed ? nameHash(upper) === bits : firstFour(upper) === upperFour(bits);
}

function nameHash(upper: string): number {
  let hash = 0;
  for (let i = 0; i < upper.length; i++) hash = (Math.imul(hash, 37) + upper.charCodeAt(i)) >>> 0;
  return hash;
}

function firstFour(upper: string): number {
  let four = 0;
  for (let i = 0; i < Math.min(4, upper.length); i++) four |= upper.charCodeAt(i) << (8 * i);
  return four >>> 0;
}

function upperFour(hint: number): number {
  const letters = [0, 8, 16, 24].map((shift) => String.fromCharCode((hint >>> shift) & 0xff).toUpperCase());
  return firstFour(letters.join(''));
}

/** Splits a key path at backslashes; a leading and a trailing one are dropped, `/` is an ordinary character. */
export function pathParts(path: string): readonly string[] {
  return path
    .replace(/^\\|\\$/g, '')
    .split('\\')
    .filter((part) => part !== '');
}
