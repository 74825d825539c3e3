import { basename, join } from 'node:path';
import { readFileBytes } from '../bytes/input-file.ts';
import { isClusError } from '../status/errors.ts';
import { COLLECTED, COLLECTED_KEYS } from './collector-script.ts';
import { locate } from './directory.ts';
import type { Fact, PartialEvidence } from './evidence.ts';
import { fileFacts } from './file-facts.ts';
import { fromRegFile } from './offline-sources.ts';

export function isCollectorFolder(directory: string): boolean {
  return locate(directory, COLLECTED.marker) !== null;
}

/** What `collector` gathered on a machine. Exports that are missing or unreadable are gaps. */
export function fromCollectorFolder(directory: string): readonly PartialEvidence[] {
  return [
    { sources: [`collector folder ${directory}`], ...settings(directory), ...version(directory) },
    ...COLLECTED_KEYS.map(({ file, key }) => exported(directory, file, key)),
    collectedFiles(directory),
  ];
}

function exported(directory: string, file: string, key: string): PartialEvidence {
  const source = `collector folder ${directory}, ${file}`;
  const path = locate(directory, file);
  const gap = (reason: string): PartialEvidence => ({ gaps: [{ what: `HKEY_LOCAL_MACHINE\\${key}`, source, reason }] });
  if (path === null) return gap('the key was not exported: it is not there, or regedit was not allowed to read it');
  try {
    return fromRegFile(path);
  } catch (error) {
    if (!isClusError(error)) throw error;
    return gap(error.message);
  }
}

function collectedFiles(directory: string): PartialEvidence {
  const at = (name: string): string => join(directory, basename(locate(directory, name) ?? name));
  const source = `collector folder ${directory}`;
  return {
    files: [
      ...fileFacts(at(COLLECTED.running), 'running', source, true),
      ...fileFacts(at(COLLECTED.dllcache), 'dllcache', source, false),
      ...fileFacts(at(COLLECTED.servicePackFiles), 'service-pack-files', source, false),
    ],
  };
}

/** `Microsoft Windows 2000 [Version 5.00.2195]`: the minor number has two digits, and the word before is translated. */
function version(directory: string): PartialEvidence {
  const line = /\b(\d{1,2})\.(\d{1,2})\.(\d{3,5})\b/.exec(smallText(directory, COLLECTED.version));
  if (line === null) {
    return {
      gaps: [
        {
          what: 'version of Windows',
          source: `collector folder ${directory}, ${COLLECTED.version}`,
          reason: 'no answer of ver',
        },
      ],
    };
  }
  const fact = <T>(value: T): Fact<T>[] => [
    { value, source: `collector folder ${directory}, ${COLLECTED.version}`, timeMs: null },
  ];
  return { ntVersion: fact(`${Number(line[1])}.${Number(line[2])}`), build: fact(Number(line[3])) };
}

function settings(directory: string): PartialEvidence {
  const name = /^COMPUTERNAME=(.+)$/im.exec(smallText(directory, COLLECTED.settings))?.[1]?.trim();
  if (name === undefined) return {};
  return {
    computerName: [{ value: name, source: `collector folder ${directory}, ${COLLECTED.settings}`, timeMs: null }],
  };
}

function smallText(directory: string, name: string): string {
  const path = locate(directory, name);
  return path === null ? '' : Buffer.from(readFileBytes(path, 1 << 16)).toString('latin1');
}
