import type { FileVersion } from '../bytes/file-version.ts';
import { formatError, pagedAccess, type RandomAccess, readExactly } from '../bytes/random-access.ts';
import { readImage } from './image.ts';
import { findResources, type ResourceLeaf } from './resources.ts';
import { decodeVersionInfo, type VersionInfo } from './version-info.ts';

export interface VersionResource extends VersionInfo {
  readonly name: number | string;
  readonly language: number;
}

export interface PeVersion {
  readonly format: 'PE32' | 'PE32+';
  readonly machine: number;
  /** ms since 1970; null when the linker left it zero. A reproducible build stores a hash here. */
  readonly linkedAtMs: number | null;
  /** What GetFileVersionInfo answers for: version resource 1 in the neutral language, else English, else the first; null: none has that name. */
  readonly main: VersionResource | null;
  /** The fixed numbers of `main`. */
  readonly fileVersion: FileVersion | null;
  readonly productVersion: FileVersion | null;
  readonly resources: readonly VersionResource[];
}

const RT_VERSION = 16;
/** The only name under which Windows looks for a version (winver.h). */
const VS_VERSION_INFO = 1;
const LANGUAGE_PREFERENCE: readonly number[] = [0x0000, 0x0409, 0x0009];
const MAX_RESOURCE_SIZE = 0x10000;

/**
 * The version of a PE file by positioned reads: headers, the resource directory, the version resource, nothing else. A file
 * without a version resource is fine and has `fileVersion: null`. Throws RemoteProtocolError that names offset and reason for a
 * file that is no PE file or is damaged where the version is looked for.
 */
export function readPeVersion(file: RandomAccess): PeVersion {
  const paged = pagedAccess(file, 4096, 32);
  const image = readImage(paged);
  const resources = findResources(image, RT_VERSION).map((leaf) => ({
    name: leaf.name,
    language: leaf.language,
    ...decodeVersionInfo(leafBytes(paged, leaf), leaf.offset),
  }));
  const main = preferred(resources);
  return {
    format: image.format,
    machine: image.machine,
    linkedAtMs: image.timeDateStamp === 0 ? null : image.timeDateStamp * 1000,
    main,
    fileVersion: main?.fixed?.fileVersion ?? null,
    productVersion: main?.fixed?.productVersion ?? null,
    resources,
  };
}

/** Version info begins with a 16-bit length, so that more than 64 KiB of it cannot be meant. */
function leafBytes(file: RandomAccess, leaf: ResourceLeaf): Uint8Array {
  if (leaf.size > MAX_RESOURCE_SIZE) throw formatError(leaf.offset, `a version resource of ${leaf.size} bytes`);
  return readExactly(file, leaf.offset, leaf.size, 'version resource');
}

function preferred(resources: readonly VersionResource[]): VersionResource | null {
  const candidates = resources.filter((resource) => resource.name === VS_VERSION_INFO);
  for (const language of LANGUAGE_PREFERENCE) {
    const match = candidates.find((resource) => resource.language === language);
    if (match !== undefined) return match;
  }
  return candidates[0] ?? null;
}
