import { formatError, type RandomAccess, readExactly } from '../bytes/random-access.ts';
import { Reader } from '../bytes/reader.ts';

/** Where a section lies in memory (relative to the image base) and in the file; all in bytes. */
export interface Section {
  readonly virtualSize: number;
  readonly virtualAddress: number;
  readonly rawSize: number;
  readonly rawOffset: number;
}

export interface PeImage {
  readonly file: RandomAccess;
  readonly format: 'PE32' | 'PE32+';
  /** IMAGE_FILE_MACHINE_*: 0x14c i386, 0x8664 x64, 0xaa64 ARM64. */
  readonly machine: number;
  /** Seconds since 1970 as the linker wrote them; a hash of the content in files from a reproducible build. */
  readonly timeDateStamp: number;
  readonly headerSize: number;
  readonly sections: readonly Section[];
  /** Data directory 2; null when the file carries no resources. */
  readonly resources: { readonly rva: number; readonly size: number } | null;
}

const MAX_SECTIONS = 0xffff;
const RESOURCE_DIRECTORY = 2;
const SECTOR = 512;

/**
 * Headers and section table of a PE32 or PE32+ file (Microsoft PE format, sections 2 to 5). Symbol tables and overlays are
 * never looked at. Throws RemoteProtocolError that says what the file is instead, or which offset breaks the format.
 */
export function readImage(file: RandomAccess): PeImage {
  const nt = ntHeaderOffset(file);
  const header = new Reader(readExactly(file, nt, 24, 'PE header'));
  header.skip(4);
  const machine = header.u16();
  const sectionCount = Math.min(header.u16(), MAX_SECTIONS);
  const timeDateStamp = header.u32();
  header.skip(8);
  const optionalSize = header.u16();
  const optional = new Reader(readExactly(file, nt + 24, optionalSize, 'optional header'));
  const magic = optional.remaining >= 2 ? optional.u16() : 0;
  if (magic !== 0x10b && magic !== 0x20b) {
    throw formatError(nt + 24, `optional header magic 0x${magic.toString(16)} is neither PE32 nor PE32+`);
  }
  return {
    file,
    format: magic === 0x10b ? 'PE32' : 'PE32+',
    machine,
    timeDateStamp,
    headerSize: fieldOr(optional, 60, 0),
    sections: readSections(file, nt + 24 + optionalSize, sectionCount, fieldOr(optional, 36, SECTOR)),
    resources: resourceDirectory(optional, magic === 0x10b ? 92 : 108),
  };
}

/** File offset of a relative virtual address; null when no section holds it. */
export function rvaToOffset(image: PeImage, rva: number): number | null {
  for (const section of image.sections) {
    const within = rva - section.virtualAddress;
    if (within >= 0 && within < Math.max(section.virtualSize, section.rawSize)) {
      return within < section.rawSize ? section.rawOffset + within : null;
    }
  }
  return rva < image.headerSize ? rva : null;
}

function ntHeaderOffset(file: RandomAccess): number {
  const dos = file.read(0, 64);
  if (dos.length < 2 || dos[0] !== 0x4d || dos[1] !== 0x5a) {
    throw formatError(0, 'not an executable file: it does not begin with "MZ"');
  }
  if (dos.length < 64) throw formatError(0, 'a DOS program: the file ends before a Windows header could follow');
  const offset = new Reader(dos, true, 0x3c).u32();
  const signature = file.read(offset, 4);
  const letters = signature.length < 2 ? '' : String.fromCharCode(signature[0] as number, signature[1] as number);
  if (letters === 'PE' && signature[2] === 0 && signature[3] === 0) return offset;
  if (letters === 'NE') throw formatError(offset, 'a 16-bit Windows or OS/2 program (NE), not a PE file');
  if (letters === 'LE' || letters === 'LX') {
    throw formatError(offset, `a linear executable (${letters}: OS/2 program or VxD driver), not a PE file`);
  }
  throw formatError(offset, 'a DOS program: no "PE" signature where the DOS header points');
}

function readSections(file: RandomAccess, offset: number, count: number, fileAlignment: number): readonly Section[] {
  const reader = new Reader(readExactly(file, offset, count * 40, 'section table'));
  return Array.from({ length: count }, () => {
    reader.skip(8);
    const section = {
      virtualSize: reader.u32(),
      virtualAddress: reader.u32(),
      rawSize: reader.u32(),
      rawOffset: loadedFrom(reader.u32(), fileAlignment),
    };
    reader.skip(16);
    return section;
  });
}

/** The loader reads a section from the sector that its pointer lies in, but in images that are aligned to less than a sector. */
function loadedFrom(pointerToRawData: number, fileAlignment: number): number {
  return fileAlignment < SECTOR ? pointerToRawData : pointerToRawData - (pointerToRawData % SECTOR);
}

function resourceDirectory(optional: Reader, countAt: number): PeImage['resources'] {
  const at = countAt + 4 + RESOURCE_DIRECTORY * 8;
  if (fieldOr(optional, countAt, 0) <= RESOURCE_DIRECTORY) return null;
  const rva = fieldOr(optional, at, 0);
  return rva === 0 ? null : { rva, size: fieldOr(optional, at + 4, 0) };
}

/** A short optional header is legal: fields past its end count as zero. */
function fieldOr(optional: Reader, at: number, otherwise: number): number {
  return at + 4 <= optional.bytes.length ? new Reader(optional.bytes, true, at).u32() : otherwise;
}
