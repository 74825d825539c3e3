import { fromUtf16 } from '../bytes/utf16.ts';
import { LocalMisuseError, RemoteProtocolError } from '../status/errors.ts';

export type RegEncoding = 'utf-16le' | 'utf-8' | 'ansi';
export type RegHeader = 'Windows Registry Editor Version 5.00' | 'REGEDIT4';

export interface RegText {
  readonly encoding: RegEncoding;
  readonly text: string;
}

/** The text of an export file by its byte order mark. Throws RemoteProtocolError for what no export can be. */
export function decodeRegText(bytes: Uint8Array, codePage: string): RegText {
  const [a, b, c] = bytes;
  if (bytes.length === 0) throw invalid('the file is empty', 'Export the key again: regedit /e file.reg "KEY".');
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', text: fromUtf16(bytes.subarray(2)) };
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', text: new TextDecoder().decode(bytes) };
  if (a === 0xfe && b === 0xff)
    throw invalid('the file is big-endian UTF-16, which Windows does not import', SAVE_AGAIN);
  if (startsWith(bytes, 'regf') && bytes.subarray(0, 512).includes(0))
    throw invalid('the file is a registry hive, not an export', 'Read it as a hive.');
  if (bytes.subarray(0, 512).includes(0)) throw withZeros(bytes);
  return { encoding: 'ansi', text: decodeAnsi(bytes, codePage) };
}

/** Text in the code page of the machine that wrote the file. Throws LocalMisuseError for a name that is not known. */
export function decodeAnsi(bytes: Uint8Array, codePage: string): string {
  try {
    const decoder = new TextDecoder(codePage);
    const text = decoder.decode(bytes);
    return decoder.encoding === 'windows-1252' ? text.replace(/[\x80-\x9f]/g, windows1252) : text;
  } catch (cause) {
    throw new LocalMisuseError(`unknown code page ${codePage}; windows-1252 or shift_jis are examples of known ones`, {
      code: 'ERR_CLUSRPC_INVALID_OPTION',
      cause,
    });
  }
}

/** The header of the first line. Throws RemoteProtocolError when Windows would import nothing from this file. */
export function readHeader(line: string): RegHeader {
  const header = line.replace(/^[ \t]+/, '');
  if (header === 'Windows Registry Editor Version 5.00' || header === 'REGEDIT4') return header;
  if (header === 'REGEDIT') throw invalid('the file is of Windows 3.1, which knows no such keys', EXPORT_AGAIN);
  if (header.startsWith('REGEDIT')) {
    throw invalid(`the header is ${quote(header)}: Windows reports success and imports nothing`, EXPORT_AGAIN);
  }
  throw invalid(
    `no header of a registry export: line 1 is ${quote(header)} instead of "Windows Registry Editor Version 5.00" or "REGEDIT4"`,
    EXPORT_AGAIN,
  );
}

export function invalid(message: string, advice: string): RemoteProtocolError {
  return new RemoteProtocolError(`registry export: ${message}`, { code: 'ERR_CLUSRPC_INVALID_INPUT', advice });
}

/** Walks over lines that end in CRLF, LF or a lone CR, and counts them from 1. */
export class LineCursor {
  /** The number of the line that `next` gave last. */
  line = 0;
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    const text = this.#text;
    const start = this.#offset;
    if (start >= text.length) return undefined;
    let end = start;
    let unit = text.charCodeAt(end);
    while (end < text.length && unit !== 0x0a && unit !== 0x0d) unit = text.charCodeAt(++end);
    this.#offset = end + (unit === 0x0d && text.charCodeAt(end + 1) === 0x0a ? 2 : 1);
    this.line++;
    return text.slice(start, end);
  }

  /** Where the walk is, to come back to with `rewind`. */
  mark(): readonly [offset: number, line: number] {
    return [this.#offset, this.line];
  }

  rewind([offset, line]: readonly [number, number]): void {
    this.#offset = offset;
    this.line = line;
  }
}

/** 0x80 to 0x9F of windows-1252; the TextDecoder of some Node.js 20 releases leaves them as they are. */
const C1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function windows1252(character: string): string {
  return C1[character.charCodeAt(0) - 0x80] ?? character;
}

const EXPORT_AGAIN = 'Export the key again with regedit or reg.exe.';
const SAVE_AGAIN = 'Save it as "Unicode" (little-endian UTF-16) or export the key again.';

function withZeros(bytes: Uint8Array): RemoteProtocolError {
  let zeros = 0;
  const head = bytes.subarray(0, 512);
  for (let i = 1; i < head.length; i += 2) if (head[i] === 0) zeros++;
  if (head[0] !== 0 && zeros > head.length / 4) {
    return invalid('the file is UTF-16 without a byte order mark, which Windows refuses', SAVE_AGAIN);
  }
  return invalid('the file is binary', EXPORT_AGAIN);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => bytes[i] === character.charCodeAt(0));
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
