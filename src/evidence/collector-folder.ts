import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readFileBytes } from '../bytes/input-file.ts';
import { isClusError } from '../status/errors.ts';
import { COLLECTED, COLLECTED_KEYS } from './collector-script.ts';
import { locate } from './directory.ts';
import type { Fact, Gap, PartialEvidence } from './evidence.ts';
import { fileFacts } from './file-facts.ts';
import { fromRegFile } from './offline-sources.ts';

/** Such folders come from strangers: a link in one could name any file of this machine. */
const OWN_FILES = { followLinks: false } as const;
const MAX_TEXT_BYTES = 1 << 16;
const STORES = [
  { name: COLLECTED.running, place: 'running' },
  { name: COLLECTED.dllcache, place: 'dllcache' },
  { name: COLLECTED.servicePackFiles, place: 'service-pack-files' },
] as const;

export function isCollectorFolder(directory: string): boolean {
  return locate(directory, COLLECTED.marker) !== null;
}

/** What `collector` gathered on a machine. What is missing, unreadable or a link is a gap of its own. */
export function fromCollectorFolder(directory: string): readonly PartialEvidence[] {
  return [
    { sources: [`collector folder ${directory}`] },
    fromText(directory, COLLECTED.settings, settings),
    fromText(directory, COLLECTED.version, version),
    fromText(directory, COLLECTED.servicePack, servicePack),
    ...COLLECTED_KEYS.map(({ file, key }) => exported(directory, file, key)),
    ...STORES.map((store) => collectedFiles(directory, store)),
  ];
}

function exported(directory: string, file: string, key: string): PartialEvidence {
  return orGap(`HKEY_LOCAL_MACHINE\\${key}`, `collector folder ${directory}, ${file}`, () => {
    const path = locate(directory, file);
    if (path !== null) return fromRegFile(path, OWN_FILES);
    return 'the key was not exported: it is not there, or regedit was not allowed to read it';
  });
}

function collectedFiles(directory: string, { name, place }: (typeof STORES)[number]): PartialEvidence {
  const source = `collector folder ${directory}`;
  const path = join(directory, basename(locate(directory, name) ?? name));
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    return {
      gaps: [{ what: `files of ${name}`, source, reason: 'it is a symbolic link, which is not followed here' }],
    };
  }
  return { files: fileFacts(path, place, source, { ...OWN_FILES, expectAll: place === 'running' }) };
}

/** The facts in a small text, or why there are none. */
type ReadText = (text: string, fact: <T>(value: T) => readonly Fact<T>[]) => Omit<PartialEvidence, 'gaps'> | null;

function fromText(
  directory: string,
  file: string,
  read: { readonly what: string; readonly facts: ReadText },
): PartialEvidence {
  const source = `collector folder ${directory}, ${file}`;
  return orGap(read.what, source, () => {
    const path = locate(directory, file);
    if (path === null) return 'there is no such file';
    const text = Buffer.from(readFileBytes(path, MAX_TEXT_BYTES, OWN_FILES)).toString('latin1');
    return read.facts(text, (value) => [{ value, source, timeMs: null }]) ?? 'it is not in the text';
  });
}

function orGap(what: string, source: string, read: () => PartialEvidence | string): PartialEvidence {
  const gap = (reason: string): { gaps: readonly Gap[] } => ({ gaps: [{ what, source, reason }] });
  try {
    const facts = read();
    return typeof facts === 'string' ? gap(facts) : facts;
  } catch (error) {
    if (!isClusError(error)) throw error;
    return gap(error.message);
  }
}

const settings = {
  what: 'name of the computer',
  facts: ((text, fact) => {
    const name = /^COMPUTERNAME=(.+)$/im.exec(text)?.[1]?.trim();
    return name === undefined ? null : { computerName: fact(name) };
  }) satisfies ReadText,
};

/** `Microsoft Windows 2000 [Version 5.00.2195]`: the minor number has two digits, and the word before is translated. */
const version = {
  what: 'version of Windows',
  facts: ((text, fact) => {
    const numbers = /\b(\d{1,2})\.(\d{1,2})\.(\d{3,5})\b/.exec(text);
    if (numbers === null) return null;
    const [major, minor, build] = numbers.slice(1).map(Number);
    return { ntVersion: fact(`${major}.${minor}`), build: fact(build as number) };
  }) satisfies ReadText,
};

/** Lines such as `"CSDVersion"="Service Pack 4"`; beside the version of Windows a line that is missing is a value that is missing. */
const servicePack = {
  what: 'CSDVersion',
  facts: ((text, fact) => {
    const value = (name: string): string | null => new RegExp(`^"${name}"="([^"]*)"`, 'im').exec(text)?.[1] ?? null;
    return value('CurrentVersion') === null ? null : { csdText: fact(value('CSDVersion')) };
  }) satisfies ReadText,
};
