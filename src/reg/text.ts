import type { RandomAccess } from '../bytes/random-access.ts';
import { fromUtf16 } from '../bytes/utf16.ts';
import { LocalMisuseError, RemoteProtocolError } from '../status/errors.ts';

export type RegEncoding = 'utf-16le' | 'utf-8' | 'ansi';
export type RegHeader = 'Windows Registry Editor Version 5.00' | 'REGEDIT4';

/** How the text of an export file is coded, as its first bytes tell. Throws RemoteProtocolError for what no export can be. */
export function regEncoding(head: Uint8Array): RegEncoding {
  const [a, b, c] = head;
  if (head.length === 0) throw invalid('the file is empty', 'Export the key again: regedit /e file.reg "KEY".');
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xfe && b === 0xff)
    throw invalid('the file is big-endian UTF-16, which Windows does not import', SAVE_AGAIN);
  if (startsWith(head, 'regf') && head.includes(0))
    throw invalid('the file is a registry hive, not an export', 'Read it as a hive.');
  if (head.includes(0)) throw withZeros(head);
  return 'ansi';
}

/** The text behind the byte order mark, piece by piece, so that a file of any size takes the memory of one piece. */
export function* regText(file: RandomAccess, encoding: RegEncoding, codePage: string): Generator<string> {
  const decode = encoding === 'utf-16le' ? fromUtf16 : decoder(encoding === 'ansi' ? codePage : encoding);
  for (let at = encoding === 'utf-16le' ? 2 : 0; at < file.size; at += PIECE) {
    yield decode(file.read(at, PIECE), at + PIECE < file.size);
  }
}

/**
 * Reads text in the code page of the machine that wrote the file; `more` says that the next bytes go on where these end. Throws
 * LocalMisuseError for a name that is not known.
 */
export function decoder(codePage: string): (bytes: Uint8Array, more?: boolean) => string {
  try {
    const made = new TextDecoder(codePage);
    const read = (bytes: Uint8Array, more = false): string => made.decode(bytes, { stream: more });
    if (made.encoding !== 'windows-1252') return read;
    return (bytes, more) => read(bytes, more).replace(/[\x80-\x9f]/g, windows1252);
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

/** Walks over the lines of a text that comes in pieces: they end in CRLF, LF or a lone CR, and are counted from 1. */
export class LineCursor {
  /** The number of the line that `next` gave last. */
  line = 0;
  readonly #pieces: Iterator<string>;
  readonly #putBack: string[] = [];
  #piece = '';
  #offset = 0;
  /** The piece before ended in CR: an LF that follows belongs to it. */
  #afterCr = false;

  constructor(pieces: Iterable<string>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  next(): string | undefined {
    const line = this.#putBack.pop() ?? this.#read();
    if (line !== undefined) this.line++;
    return line;
  }

  /** Lines that `next` gave last, to be given again. */
  putBack(lines: readonly string[]): void {
    this.#putBack.push(...[...lines].reverse());
    this.line -= lines.length;
  }

  /** A line that goes over many pieces is joined once. */
  #read(): string | undefined {
    const parts: string[] = [];
    while (this.#more()) {
      const piece = this.#piece;
      const start = this.#offset;
      const end = lineEnd(piece, start);
      if (end === piece.length) {
        parts.push(piece.slice(start));
        this.#offset = end;
        continue;
      }
      const cr = piece.charCodeAt(end) === 0x0d;
      this.#afterCr = cr && end + 1 === piece.length;
      this.#offset = end + (cr && piece.charCodeAt(end + 1) === 0x0a ? 2 : 1);
      return parts.join('') + piece.slice(start, end);
    }
    return parts.length === 0 ? undefined : parts.join('');
  }

  /** Whether text is left, after taking the next piece where this one is used up. */
  #more(): boolean {
    while (this.#offset >= this.#piece.length) {
      const next = this.#pieces.next();
      if (next.done === true) return false;
      this.#piece = next.value;
      this.#offset = this.#afterCr && next.value.startsWith('\n') ? 1 : 0;
      if (next.value !== '') this.#afterCr = false;
    }
    return true;
  }
}

function lineEnd(text: string, from: number): number {
  let end = from;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === 0x0a || unit === 0x0d) return end;
  }
  return end;
}

/** 0x80 to 0x9F of windows-1252; the TextDecoder of some Node.js 20 releases leaves them as they are. */
const C1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function windows1252(character: string): string {
  return C1[character.charCodeAt(0) - 0x80] ?? character;
}

/** Even, so that no UTF-16 unit is cut. */
const PIECE = 1 << 16;
const EXPORT_AGAIN = 'Export the key again with regedit or reg.exe.';
const SAVE_AGAIN = 'Save it as "Unicode" (little-endian UTF-16) or export the key again.';

function withZeros(head: Uint8Array): RemoteProtocolError {
  let zeros = 0;
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
