import { fromUtf16, toUtf16 } from '../bytes/utf16.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { REG_TYPE, type RegistryKey, type RegistryValue } from './value.ts';

/** A comma that ends at this column or behind it is followed by a line break. */
const BREAK_COLUMN = 77;

/**
 * A registry export in the form of regedit version 5: UTF-16LE with byte order mark, CRLF, lists of bytes broken before
 * column 80. Keys and values keep their order. Text that quotes cannot carry (line breaks, odd lengths, no or more than
 * one terminator) is written as hex(1), so that an import gives the same bytes. Throws LocalMisuseError for a name with
 * a line break or a NUL, which the format cannot hold.
 */
export function writeReg(keys: readonly RegistryKey[]): Uint8Array {
  const lines = ['\ufeffWindows Registry Editor Version 5.00', ''];
  for (const key of keys) lines.push(`[${plain(key.path)}]`, ...key.values.map(valueLines), '');
  return toUtf16(lines.map((line) => `${line}\r\n`).join(''));
}

function valueLines(value: RegistryValue): string {
  const name = value.name === '' ? '@=' : `"${escapeQuoted(plain(value.name))}"=`;
  if (value.type === REG_TYPE.SZ) {
    const text = quotableText(value.data);
    if (text !== null) return `${name}"${escapeQuoted(text)}"`;
  }
  if (value.type === REG_TYPE.DWORD && value.data.length === 4) {
    const number = new DataView(value.data.buffer, value.data.byteOffset).getUint32(0, true);
    return `${name}dword:${number.toString(16).padStart(8, '0')}`;
  }
  const head = value.type === REG_TYPE.BINARY ? 'hex:' : `hex(${value.type.toString(16)}):`;
  return hexLines(`${name}${head}`, value.data);
}

function hexLines(head: string, data: Uint8Array): string {
  const pieces = [head];
  let column = head.length;
  data.forEach((byte, i) => {
    pieces.push(byte.toString(16).padStart(2, '0'));
    if (i === data.length - 1) return;
    column += 3;
    const full = column >= BREAK_COLUMN;
    pieces.push(full ? ',\\\r\n  ' : ',');
    if (full) column = 2;
  });
  return pieces.join('');
}

/** The text before the one NUL at its end; null where quotes would lose something. */
function quotableText(data: Uint8Array): string | null {
  if (data.length % 2 === 1) return null;
  const units = fromUtf16(data);
  const text = units.slice(0, -1);
  return units.endsWith('\0') && !/[\0\r\n]/.test(text) ? text : null;
}

function escapeQuoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function plain(name: string): string {
  if (/[\0\r\n]/.test(name))
    throw new LocalMisuseError(`a registry export cannot hold the name ${JSON.stringify(name)}`);
  return name;
}
