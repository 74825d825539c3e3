import { formatError, readExactly } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';
import { fromUtf16 } from '../bytes/utf16.ts';
import { type PeImage, rvaToOffset } from './image.ts';

/** One resource: where its bytes lie in the file. `language` is a LANGID, 0 for neutral. */
export interface ResourceLeaf {
  readonly name: number | string;
  readonly language: number;
  readonly codePage: number;
  /** File offset and length in bytes. */
  readonly offset: number;
  readonly size: number;
}

interface Entry {
  readonly id: number;
  readonly named: boolean;
  readonly offset: number;
  readonly directory: boolean;
}

/** More entries, and more version languages, than any real module has: a hostile count stops here. */
const MAX_ENTRIES = 4096;
const MAX_LEAVES = 256;

/**
 * Every resource of one type by the three levels type, name, language (Microsoft PE format, section 6.9). Leaves that come a
 * level early, as some linkers write them, are taken with language 0. Throws RemoteProtocolError for a directory that lies
 * outside the file or points back at itself.
 */
export function findResources(image: PeImage, type: number): readonly ResourceLeaf[] {
  if (image.resources === null) return [];
  const base = rvaToOffset(image, image.resources.rva);
  if (base === null) {
    throw formatError(image.resources.rva, 'the resource directory (an RVA) lies in no section of the file');
  }
  const leaves: ResourceLeaf[] = [];
  const seen = new Set([0]);
  const enter = (entry: Entry): readonly Entry[] => {
    if (seen.has(entry.offset)) throw formatError(base + entry.offset, 'a resource directory is listed twice');
    seen.add(entry.offset);
    return readDirectory(image, base, entry.offset);
  };
  const add = (entry: Entry, name: number | string, language: number): void => {
    if (leaves.length < MAX_LEAVES) leaves.push(readLeaf(image, base + entry.offset, name, language));
  };
  for (const top of readDirectory(image, base, 0)) {
    if (top.named || top.id !== type) continue;
    if (!top.directory) add(top, 0, 0);
    else {
      for (const entry of enter(top)) {
        const name = entry.named ? entryName(image, base + entry.id) : entry.id;
        if (!entry.directory) add(entry, name, 0);
        else for (const leaf of enter(entry)) if (!leaf.directory) add(leaf, name, leaf.named ? 0 : leaf.id);
      }
    }
  }
  return leaves;
}

function readDirectory(image: PeImage, base: number, offset: number): readonly Entry[] {
  const head = new Reader(readExactly(image.file, base + offset, 16, 'resource directory'), true, 12);
  const count = head.u16() + head.u16();
  if (count > MAX_ENTRIES) throw formatError(base + offset, `a resource directory of ${count} entries`);
  const reader = new Reader(readExactly(image.file, base + offset + 16, count * 8, 'resource directory entries'));
  return Array.from({ length: count }, () => {
    const id = reader.u32();
    const target = reader.u32();
    return {
      id: id % 0x80000000,
      named: id >= 0x80000000,
      offset: target % 0x80000000,
      directory: target >= 0x80000000,
    };
  });
}

function readLeaf(image: PeImage, at: number, name: number | string, language: number): ResourceLeaf {
  const reader = new Reader(readExactly(image.file, at, 16, 'resource data entry'));
  const rva = reader.u32();
  const size = reader.u32();
  const codePage = reader.u32();
  const offset = rvaToOffset(image, rva);
  if (offset === null) throw formatError(at, `resource data at RVA 0x${rva.toString(16)}, which no section holds`);
  return { name, language, codePage, offset, size };
}

function entryName(image: PeImage, offset: number): string {
  const length = new Reader(readExactly(image.file, offset, 2, 'resource name')).u16();
  return fromUtf16(readExactly(image.file, offset + 2, length * 2, 'resource name'));
}
