import { toUtf16 } from '../bytes/utf16.ts';
import { Writer } from '../bytes/writer.ts';
import type { LineCursor } from './text.ts';
import { REG_TYPE } from './value.ts';

/** The right side of a value line: data, a deletion, or why Windows would not take it. */
export type RegData =
  | { readonly kind: 'data'; readonly type: number; readonly data: Uint8Array; readonly note?: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'ignored'; readonly reason: string };

/** How the bytes of hex(1), hex(2) and hex(7) become UTF-16LE; a note says that this was a guess. */
export type TextBytes = (bytes: Uint8Array) => { readonly data: Uint8Array; readonly note?: string };

const HEX_HEAD = /^hex(?:\(([0-9a-f]{1,8})\))?:/i;
const STRING_HEAD = /^str(?:\(([0-9a-f]{1,8})\))?:(?=")/;
const DWORD = /^dword:[ \t]*([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i;
const NOTHING_MORE = /^[ \t]*(?:;.*)?$/;
/** An unclosed string may go on for this many lines and characters, since older versions of regedit write line breaks as they are. */
const STRING_LINES = 100;
const STRING_UNITS = 65_536;

/** Reads what stands after `=`, taking further lines from the cursor where a hex list or a string goes on. */
export function readData(text: string, lines: LineCursor, textBytes: TextBytes): RegData {
  if (text.startsWith('"')) return readStringData(text, REG_TYPE.SZ, lines);
  if (text.startsWith('-')) {
    return NOTHING_MORE.test(text.slice(1)) ? { kind: 'delete' } : ignored('text follows the "-"');
  }
  const dword = DWORD.exec(text);
  if (dword !== null) return { kind: 'data', type: REG_TYPE.DWORD, data: dwordBytes(dword[1] as string) };
  const hex = HEX_HEAD.exec(text);
  if (hex !== null)
    return readHexData(text.slice(hex[0].length), typeNumber(hex[1], REG_TYPE.BINARY), lines, textBytes);
  const named = STRING_HEAD.exec(text);
  if (named === null) return ignored('the data is of no known form');
  const data = readStringData(text.slice(named[0].length), typeNumber(named[1], REG_TYPE.SZ), lines);
  return data.kind === 'data' ? { ...data, note: 'Windows does not know "str:"' } : data;
}

/** A quoted string from `start` on (the opening quote): its text, and where it ends; null when it is not closed or not allowed. */
export function readQuoted(text: string, start: number): { text: string; end: number } | { error: 'open' | 'escape' } {
  let content = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') return { text: content + text.slice(from, at), end: at + 1 };
    if (unit !== '\\') continue;
    const escaped = ESCAPES[text[at + 1] ?? ''];
    if (escaped === undefined) return { error: at + 1 < text.length ? 'escape' : 'open' };
    content += text.slice(from, at) + escaped;
    at++;
    from = at + 1;
  }
  return { error: 'open' };
}

/** Windows knows the first two; Wine writes the others for line breaks. */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n', r: '\r' };

function readStringData(first: string, type: number, lines: LineCursor): RegData {
  const taken: string[] = [];
  let text = first;
  let quoted = readQuoted(text, 0);
  while ('error' in quoted && quoted.error === 'open' && taken.length < STRING_LINES && text.length < STRING_UNITS) {
    const more = lines.next();
    if (more === undefined) break;
    taken.push(more);
    if (/^[ \t]*\[/.test(more)) break;
    text += `\r\n${more}`;
    if (more.includes('"')) quoted = readQuoted(text, 0);
  }
  if ('error' in quoted) {
    lines.putBack(taken);
    return ignored(
      quoted.error === 'escape' ? 'an escape other than \\\\ and \\" is in the string' : 'the string is not closed',
    );
  }
  if (!NOTHING_MORE.test(text.slice(quoted.end))) {
    lines.putBack(taken);
    return ignored('text follows the closing quote');
  }
  const data = toUtf16(type === REG_TYPE.MULTI_SZ ? `${quoted.text}\0\0` : `${quoted.text}\0`);
  return taken.length === 0
    ? { kind: 'data', type, data }
    : { kind: 'data', type, data, note: 'the string goes over several lines' };
}

function readHexData(first: string, type: number, lines: LineCursor, textBytes: TextBytes): RegData {
  const bytes = new Writer(true, 64);
  let step = readHexLine(first, bytes);
  while (step === 'continued') {
    const more = nextHexLine(lines);
    if (more === undefined) break;
    step = readHexLine(more, bytes);
  }
  if (step === 'broken') return ignored('the list of bytes is malformed');
  const raw = bytes.finish().slice();
  const isText = type === REG_TYPE.SZ || type === REG_TYPE.EXPAND_SZ || type === REG_TYPE.MULTI_SZ;
  if (!isText || raw.length === 0) return { kind: 'data', type, data: raw };
  const { data, note = data.length % 2 === 1 ? 'the text has an odd number of bytes' : undefined } = textBytes(raw);
  const full = { kind: 'data', type, data: terminated(data) } as const;
  return note === undefined ? full : { ...full, note };
}

/** One line of a hex list: bytes of one or two digits with commas between, at its end perhaps a comma or `,\`. */
function readHexLine(line: string, bytes: Writer): 'ended' | 'continued' | 'broken' {
  let at = 0;
  for (;;) {
    at = skipBlanks(line, at);
    if (at === line.length || line[at] === ';') return 'ended';
    if (line[at] === '\\') return NOTHING_MORE.test(line.slice(at + 1)) ? 'continued' : 'broken';
    const high = hexDigit(line.charCodeAt(at++));
    if (high === -1) return 'broken';
    const low = hexDigit(line.charCodeAt(at));
    if (low !== -1) at++;
    bytes.u8(low === -1 ? high : high * 16 + low);
    if (line[at] === ',') at++;
    else return NOTHING_MORE.test(line.slice(at)) ? 'ended' : 'broken';
  }
}

/** The next line of a hex list: blank and comment lines between are left out, as Windows does. */
function nextHexLine(lines: LineCursor): string | undefined {
  let line = lines.next();
  while (line !== undefined && NOTHING_MORE.test(line)) line = lines.next();
  return line;
}

/** An import adds one missing NUL and no more, to a REG_MULTI_SZ too. */
function terminated(data: Uint8Array): Uint8Array {
  if (data.length % 2 === 1 || (data.at(-1) === 0 && data.at(-2) === 0)) return data;
  const longer = new Uint8Array(data.length + 2);
  longer.set(data);
  return longer;
}

function dwordBytes(digits: string): Uint8Array {
  return new Writer(true, 4).u32(Number.parseInt(digits, 16)).finish();
}

function typeNumber(digits: string | undefined, otherwise: number): number {
  return digits === undefined ? otherwise : Number.parseInt(digits, 16);
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ' || line[at] === '\t') at++;
  return at;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function ignored(reason: string): RegData {
  return { kind: 'ignored', reason };
}
