import { basename, dirname, join } from 'node:path';
import { readFileBytes, withFile } from '../bytes/input-file.ts';
import { memoryAccess, type RandomAccess } from '../bytes/random-access.ts';
import type { LogFile } from '../hive/log.ts';
import { parseReg } from '../reg/parse.ts';
import { isClusError, LocalMisuseError } from '../status/errors.ts';
import { isDirectory, listing, locate } from './directory.ts';
import type { Gap, PartialEvidence } from './evidence.ts';
import { fileFacts } from './file-facts.ts';
import { registryFacts } from './registry-facts.ts';
import { hiveView, regFileView } from './registry-view.ts';

const ROOT_NAMES = ['WINNT', 'Windows'];
const STORES = [
  { place: 'dllcache', parts: ['system32', 'dllcache'] },
  { place: 'service-pack-files', parts: ['ServicePackFiles', 'i386'] },
] as const;

/**
 * A system root (`WINNT`, `Windows`) or a drive that has one: the files where Windows runs from and in both stores, and the two
 * hives. What cannot be read is a gap. Throws LocalMisuseError when the directory is neither.
 */
export function fromSystemRoot(directory: string): readonly PartialEvidence[] {
  const { root, others } = systemRoot(directory);
  const warnings = others.map((other) => `${other} is a system root too and was not looked at`);
  const system32 = join(root, basename(locate(root, 'system32') ?? 'system32'));
  const stores = STORES.flatMap(({ place, parts }) => {
    const store = locate(root, ...parts);
    return store === null ? [] : fileFacts(store, place, `directory ${store}`, false);
  });
  return [
    {
      sources: [`system root ${root}`],
      warnings,
      files: [...fileFacts(system32, 'running', `directory ${system32}`, true), ...stores],
    },
    ...['software', 'system'].map((name) => hiveOfRoot(system32, name)),
  ];
}

/** A directory that holds the DLLs themselves, as a copy of system32 does. */
export function fromDllDirectory(directory: string): PartialEvidence {
  if (!isDirectory(directory)) throw noSuch(directory, 'directory');
  return {
    sources: [`directory ${directory}`],
    files: fileFacts(directory, 'running', `directory ${directory}`, true),
  };
}

/** One hive, SOFTWARE or SYSTEM as its content tells, with its log when it lies beside. Throws RemoteProtocolError for anything else. */
export function fromHive(path: string): PartialEvidence {
  return withLogs(path, (logs) => withFile(path, (file) => registryFacts(hiveView(path, file, logs))));
}

export function fromRegFile(path: string, codePage?: string): PartialEvidence {
  const file = parseReg(readFileBytes(path), codePage === undefined ? {} : { codePage });
  return registryFacts(regFileView(path, file));
}

/** A hive without its logs, or a registry export, whose bytes came some other way than as a file. */
export function fromBytes(name: string, bytes: Uint8Array): PartialEvidence {
  const file = memoryAccess(bytes);
  return registryFacts(looksLikeHive(file) ? hiveView(name, file) : regFileView(name, parseReg(bytes)));
}

export function looksLikeHive(file: RandomAccess): boolean {
  return String.fromCharCode(...file.read(0, 4)) === 'regf';
}

function systemRoot(directory: string): { root: string; others: readonly string[] } {
  if (!isDirectory(directory)) throw noSuch(directory, 'directory');
  if (locate(directory, 'system32') !== null) return { root: directory, others: [] };
  const roots = ROOT_NAMES.flatMap((name) => {
    const path = locate(directory, name);
    return path !== null && locate(path, 'system32') !== null ? [path] : [];
  });
  const [root, ...others] = roots;
  if (root === undefined) throw noSuch(directory, 'system root (no system32 in it, nor in a WINNT or Windows below)');
  return { root, others };
}

function hiveOfRoot(system32: string, name: string): PartialEvidence {
  const path = locate(system32, 'config', name);
  const gap = (reason: string): PartialEvidence => {
    const gaps: Gap[] = [{ what: `${name.toUpperCase()} hive`, source: `directory ${system32}`, reason }];
    return { gaps };
  };
  if (path === null) return gap('there is no such file below config');
  try {
    return fromHive(path);
  } catch (error) {
    if (!isClusError(error)) throw error;
    return gap(error.message);
  }
}

/** Opens the logs beside a hive: SOFTWARE.LOG (to Server 2003), .LOG1 and .LOG2 (from Vista on). */
function withLogs<T>(path: string, use: (logs: readonly LogFile[]) => T): T {
  const names = ['LOG1', 'LOG2', 'LOG'].map((ending) => `${basename(path)}.${ending}`.toLowerCase());
  const found = listing(dirname(path)).filter((name) => names.includes(name.toLowerCase()));
  const open = (rest: readonly string[], logs: readonly LogFile[]): T => {
    const [name, ...others] = rest;
    if (name === undefined) return use(logs);
    return withFile(join(dirname(path), name), (file) => open(others, [...logs, { name, file }]));
  };
  return open(found.sort(), []);
}

function noSuch(path: string, what: string): LocalMisuseError {
  return new LocalMisuseError(`${path} is no ${what}`, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
}
