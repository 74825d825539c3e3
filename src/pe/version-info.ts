import type { FileVersion } from '../bytes/file-version.ts';
import { formatError } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { fromUtf16 } from '../bytes/utf16.ts';

/** VS_FIXEDFILEINFO without its signature; flags and types are left as the numbers that the file has. */
export interface FixedFileInfo {
  readonly structVersion: number;
  readonly fileVersion: FileVersion;
  readonly productVersion: FileVersion;
  readonly flagsMask: number;
  readonly flags: number;
  readonly os: number;
  readonly type: number;
  readonly subtype: number;
}

/** One StringTable: `language` is a LANGID, `codePage` a Windows code page (1200 is Unicode). */
export interface StringTable {
  readonly language: number;
  readonly codePage: number;
  readonly strings: ReadonlyMap<string, string>;
}

export interface VersionInfo {
  /** Null when the resource has strings only. */
  readonly fixed: FixedFileInfo | null;
  readonly stringTables: readonly StringTable[];
  readonly translations: readonly { readonly language: number; readonly codePage: number }[];
}

/** A node of the tree: 16-bit length, value length and kind, then a key, a value and children, each on a 4-byte boundary. */
interface Node {
  readonly key: string;
  readonly valueLength: number;
  readonly text: boolean;
  readonly valueAt: number;
  readonly end: number;
}

const SIGNATURE = 0xfeef04bd;
const FIXED_SIZE = 52;

/**
 * Decodes VS_VERSIONINFO (winver.h; Microsoft Learn, "Version Information"). `at` is the file offset of `bytes`, for
 * messages. Throws RemoteProtocolError when the root is not a VS_VERSION_INFO node or carries fixed info without its signature.
 */
export function decodeVersionInfo(bytes: Uint8Array, at = 0): VersionInfo {
  const root = readNode(bytes, 0, bytes.length);
  if (root === null || root.key !== 'VS_VERSION_INFO')
    throw formatError(at, 'a version resource without VS_VERSION_INFO');
  const stringTables: StringTable[] = [];
  const translations: { language: number; codePage: number }[] = [];
  const childrenAt = align4(root.valueAt + root.valueLength);
  for (const block of children(bytes, childrenAt, root.end)) {
    const inner = children(bytes, align4(block.valueAt + valueBytes(block)), block.end);
    if (block.key === 'StringFileInfo') for (const table of inner) stringTables.push(stringTable(bytes, table));
    if (block.key === 'VarFileInfo') {
      for (const entry of inner) if (entry.key === 'Translation') translations.push(...languagePairs(bytes, entry));
    }
  }
  return { fixed: root.valueLength === 0 ? null : fixedInfo(bytes, root, at), stringTables, translations };
}

function fixedInfo(bytes: Uint8Array, root: Node, at: number): FixedFileInfo {
  if (root.valueAt + FIXED_SIZE > bytes.length) throw formatError(at + root.valueAt, 'VS_FIXEDFILEINFO is cut off');
  const reader = new Reader(bytes, true, root.valueAt);
  if (reader.u32() !== SIGNATURE)
    throw formatError(at + root.valueAt, 'VS_FIXEDFILEINFO without the signature 0xfeef04bd');
  const structVersion = reader.u32();
  const fileVersion = fourNumbers(reader);
  const productVersion = fourNumbers(reader);
  return {
    structVersion,
    fileVersion,
    productVersion,
    flagsMask: reader.u32(),
    flags: reader.u32(),
    os: reader.u32(),
    type: reader.u32(),
    subtype: reader.u32(),
  };
}

/** The most significant double word comes first, each with its higher half as the earlier number. */
function fourNumbers(reader: Reader): FileVersion {
  const high = reader.u32();
  const low = reader.u32();
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
}

function stringTable(bytes: Uint8Array, table: Node): StringTable {
  const strings = new Map<string, string>();
  for (const entry of children(bytes, align4(table.valueAt + valueBytes(table)), table.end)) {
    strings.set(entry.key, textValue(bytes, entry));
  }
  const digits = /^[0-9a-f]{8}$/i.test(table.key) ? table.key : '00000000';
  return { language: Number.parseInt(digits.slice(0, 4), 16), codePage: Number.parseInt(digits.slice(4), 16), strings };
}

/** Value lengths of strings are counted in characters by some compilers, in bytes by others: the node's end decides. */
function textValue(bytes: Uint8Array, entry: Node): string {
  const text = fromUtf16(bytes.subarray(Math.min(entry.valueAt, entry.end), entry.end));
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

function languagePairs(bytes: Uint8Array, entry: Node): { language: number; codePage: number }[] {
  const reader = new Reader(bytes.subarray(entry.valueAt, Math.min(entry.valueAt + entry.valueLength, entry.end)));
  const pairs: { language: number; codePage: number }[] = [];
  while (reader.remaining >= 4) pairs.push({ language: reader.u16(), codePage: reader.u16() });
  return pairs;
}

/** Siblings until `end` or the first node that cannot be one; each step moves on by at least a node header. */
function children(bytes: Uint8Array, from: number, end: number): readonly Node[] {
  const nodes: Node[] = [];
  let at = from;
  while (at + 6 <= end) {
    const node = readNode(bytes, at, end);
    if (node === null) break;
    nodes.push(node);
    at = align4(node.end);
  }
  return nodes;
}

function readNode(bytes: Uint8Array, at: number, limit: number): Node | null {
  if (at + 6 > limit) return null;
  const reader = new Reader(bytes, true, at);
  const length = reader.u16();
  const valueLength = reader.u16();
  const text = reader.u16() === 1;
  if (length < 6) return null;
  const end = Math.min(at + length, limit);
  let keyEnd = reader.offset;
  while (keyEnd + 2 <= end && (bytes[keyEnd] !== 0 || bytes[keyEnd + 1] !== 0)) keyEnd += 2;
  const key = fromUtf16(bytes.subarray(reader.offset, keyEnd));
  return { key, valueLength, text, valueAt: align4(keyEnd + 2), end };
}

function valueBytes(node: Node): number {
  return node.text ? node.valueLength * 2 : node.valueLength;
}

function align4(offset: number): number {
  return (offset + 3) & ~3;
}
