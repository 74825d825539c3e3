import { memoryAccess, type RandomAccess } from '../bytes/random-access.ts';
import { toUtf16 } from '../bytes/utf16.ts';
import { type RegData, readData, readQuoted, type TextBytes } from './data.ts';
import { foldName, splitKeyPath } from './path.ts';
import {
  decoder,
  invalid,
  LineCursor,
  type RegEncoding,
  type RegHeader,
  readHeader,
  regEncoding,
  regText,
} from './text.ts';
import type { RegistryKey, RegistryValue } from './value.ts';

/** What an export file says: the state after importing it into an empty registry. */
export interface RegFile {
  readonly encoding: RegEncoding;
  readonly header: RegHeader;
  /** In the order of the file; a key that comes twice is one key. */
  readonly keys: readonly RegistryKey[];
  /** Keys and values that the file deletes; no export does, a file made by hand may. */
  readonly deletions: readonly RegDeletion[];
  readonly warnings: readonly RegWarning[];
}

export interface RegDeletion {
  readonly line: number;
  readonly path: string;
  /** null: the whole key. */
  readonly valueName: string | null;
}

export interface RegWarning {
  /** From 1 on. */
  readonly line: number;
  readonly message: string;
}

export interface ParseRegOptions {
  /** The code page of files without a byte order mark: a name that TextDecoder knows, `windows-1252` by default. */
  readonly codePage?: string;
  /** Larger files are refused; 64 MiB by default, which every export of one key is far below. */
  readonly maxBytes?: number;
  /** Which keys and deletions are kept, by their folded path: all by default. Every line is read and warned of all the same. */
  readonly keep?: (path: string) => boolean;
}

interface Draft {
  readonly path: string;
  /** Where the key line stood: a deletion further down takes it away. */
  readonly line: number;
  /** Null: nobody asked for the key. */
  readonly values: Map<string, RegistryValue> | null;
}

const ROOTS: readonly string[] = [
  'HKEY_LOCAL_MACHINE',
  'HKEY_USERS',
  'HKEY_CLASSES_ROOT',
  'HKEY_CURRENT_CONFIG',
  'HKEY_CURRENT_USER',
  'HKEY_DYN_DATA',
];
/** As reg.exe writes them on its command line. */
const SHORT_ROOTS: Readonly<Record<string, string>> = {
  HKLM: 'HKEY_LOCAL_MACHINE',
  HKU: 'HKEY_USERS',
  HKCR: 'HKEY_CLASSES_ROOT',
  HKCC: 'HKEY_CURRENT_CONFIG',
  HKCU: 'HKEY_CURRENT_USER',
};
const MAX_WARNINGS = 1000;
/** The depth that Windows allows (Registry element size limits). */
const MAX_DEPTH = 512;

/**
 * Reads a registry export (.reg) as the import of Windows does, and warns of every line that Windows would pass over.
 * Throws RemoteProtocolError with code ERR_CLUSRPC_INVALID_INPUT for a file that is no export at all.
 */
export function parseReg(source: Uint8Array | RandomAccess, options: ParseRegOptions = {}): RegFile {
  const { codePage = 'windows-1252', maxBytes = 64 * 1024 * 1024, keep = () => true } = options;
  const file = source instanceof Uint8Array ? memoryAccess(source) : source;
  if (file.size > maxBytes) {
    throw invalid(`the file has ${file.size} bytes, more than ${maxBytes}`, 'Export only the keys that are asked for.');
  }
  const encoding = regEncoding(file.read(0, 512));
  const lines = new LineCursor(regText(file, encoding, codePage));
  const header = readHeader(lines.next() ?? '');
  const state = new Importer(lines, textBytesOf(encoding, header, codePage), keep);
  if (encoding === 'utf-8') state.warn('the file is UTF-8: older Windows does not import it', 1);
  for (let line = lines.next(); line !== undefined; line = lines.next()) state.line(line);
  return { encoding, header, keys: state.keys(), deletions: state.deletions, warnings: state.warnings };
}

class Importer {
  readonly deletions: RegDeletion[] = [];
  readonly warnings: RegWarning[] = [];
  readonly #drafts = new Map<string, Draft>();
  readonly #deletedAt = new Map<string, number>();
  readonly #lines: LineCursor;
  readonly #textBytes: TextBytes;
  readonly #keep: (path: string) => boolean;
  /** null: values go nowhere, since the last key line was a deletion or no good. */
  #key: Draft | null = null;
  #seenKey = false;

  constructor(lines: LineCursor, textBytes: TextBytes, keep: (path: string) => boolean) {
    this.#lines = lines;
    this.#textBytes = textBytes;
    this.#keep = keep;
  }

  keys(): RegistryKey[] {
    const kept = [...this.#drafts].filter(([folded, draft]) => !this.#wasDeleted(folded, draft));
    return kept.map(([, { path, values }]) => ({ path, values: [...(values?.values() ?? [])] }));
  }

  line(raw: string): void {
    const line = raw.replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith(';') || line.startsWith('#')) return;
    if (line.startsWith('[')) this.#keyLine(line);
    else if (line.startsWith('"') || line.startsWith('@')) this.#valueLine(line);
    else this.warn('neither a key nor a value: ignored');
  }

  warn(message: string, line = this.#lines.line): void {
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push({ line, message });
    else if (this.warnings.length === MAX_WARNINGS)
      this.warnings.push({ line, message: 'further warnings are left out' });
  }

  #keyLine(line: string): void {
    this.#key = null;
    this.#seenKey = true;
    const end = line.lastIndexOf(']');
    const deletes = line.startsWith('[-');
    const name = line.slice(deletes ? 2 : 1, Math.max(end, 1));
    if (end === -1) {
      this.warn('the key has no closing bracket: it and its values are ignored');
      return;
    }
    if (/^[ \t]/.test(name)) {
      this.warn('a blank follows the bracket: the key and its values are ignored');
      return;
    }
    const [root = '', ...parts] = splitKeyPath(name);
    const known = ROOTS.find((candidate) => candidate === foldName(root));
    if (known === undefined) {
      const long = SHORT_ROOTS[foldName(root)];
      const why =
        long === undefined
          ? `${JSON.stringify(root)} is no root key (HKEY_LOCAL_MACHINE, …)`
          : `${root} is short for ${long}, which an import does not know`;
      this.warn(`${why}: the key and its values are ignored`);
      return;
    }
    if (parts.length > MAX_DEPTH) {
      this.warn(`the key is more than ${MAX_DEPTH} levels deep: it and its values are ignored`);
      return;
    }
    const path = [known, ...parts].join('\\');
    if (deletes) this.#deleteKey(path);
    else this.#key = this.#open(path);
  }

  #open(path: string): Draft {
    const folded = foldName(path);
    if (!this.#keep(folded)) return { path, line: this.#lines.line, values: null };
    const found = this.#drafts.get(folded);
    if (found !== undefined && !this.#wasDeleted(folded, found)) return found;
    const draft = { path, line: this.#lines.line, values: new Map<string, RegistryValue>() };
    this.#drafts.delete(folded);
    this.#drafts.set(folded, draft);
    return draft;
  }

  #deleteKey(path: string): void {
    const folded = foldName(path);
    if (!this.#keep(folded)) return;
    this.deletions.push({ line: this.#lines.line, path, valueName: null });
    this.#deletedAt.set(folded, this.#lines.line);
  }

  /** Asked when a key is needed rather than done at the deletion, so that a file of deletions takes no square time. */
  #wasDeleted(folded: string, draft: Draft): boolean {
    if (this.#deletedAt.size === 0) return false;
    for (let end = folded.length; end !== -1; end = folded.lastIndexOf('\\', end - 1)) {
      if ((this.#deletedAt.get(folded.slice(0, end)) ?? 0) > draft.line) return true;
    }
    return false;
  }

  #valueLine(line: string): void {
    const quoted = line.startsWith('@') ? { text: '', end: 1 } : readQuoted(line, 0);
    if ('error' in quoted) {
      this.warn('the name of the value is not closed: ignored');
      return;
    }
    const equals = /^[ \t]*=[ \t]*/.exec(line.slice(quoted.end));
    if (equals === null) {
      this.warn('no "=" after the name of the value: ignored');
      return;
    }
    const at = this.#lines.line;
    const data = readData(line.slice(quoted.end + equals[0].length), this.#lines, this.#textBytes);
    if (this.#key === null) {
      if (!this.#seenKey) this.warn('a value before the first key: ignored', at);
      return;
    }
    this.#store(this.#key, quoted.text, data, at);
  }

  #store(key: Draft, name: string, data: RegData, at: number): void {
    if (data.kind === 'ignored') {
      this.warn(`${JSON.stringify(name)}: ${data.reason}: the value is ignored`, at);
      return;
    }
    if (data.kind === 'data' && data.note !== undefined) this.warn(`${JSON.stringify(name)}: ${data.note}`, at);
    if (key.values === null) return;
    const folded = foldName(name);
    if (data.kind === 'delete') {
      key.values.delete(folded);
      this.deletions.push({ line: at, path: key.path, valueName: name });
      return;
    }
    key.values.set(folded, { name: key.values.get(folded)?.name ?? name, type: data.type, data: data.data });
  }
}

/**
 * The bytes of hex(1), hex(2) and hex(7): UTF-16LE in a Unicode file of version 5, the code page in an ANSI file of
 * REGEDIT4. Where encoding and header say different things, what Windows does is not known, and the bytes decide.
 */
function textBytesOf(encoding: RegEncoding, header: RegHeader, codePage: string): TextBytes {
  const decode = decoder(codePage);
  const fromAnsi = (bytes: Uint8Array): Uint8Array => toUtf16(decode(bytes));
  if (encoding === 'utf-16le' && header !== 'REGEDIT4') return (data) => ({ data });
  if (encoding === 'ansi' && header === 'REGEDIT4') return (bytes) => ({ data: fromAnsi(bytes) });
  return (bytes) =>
    looksUtf16(bytes)
      ? { data: bytes, note: 'encoding and header disagree: the bytes are taken for UTF-16' }
      : { data: fromAnsi(bytes), note: `encoding and header disagree: the bytes are taken for ${codePage}` };
}

function looksUtf16(bytes: Uint8Array): boolean {
  if (bytes.length % 2 === 1 || bytes.at(-1) !== 0 || bytes.at(-2) !== 0) return false;
  let zeros = 0;
  for (let i = 1; i < bytes.length; i += 2) if (bytes[i] === 0) zeros++;
  return zeros * 4 >= bytes.length;
}
