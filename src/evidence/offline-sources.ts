import { basename, dirname, join } from 'node:path';
import { type InputFileOptions, withFile } from '../bytes/input-file.ts';
import { memoryAccess } from '../bytes/random-access.ts';
import { looksLikeHive } from '../hive/base-block.ts';
import type { LogFile } from '../hive/log.ts';
import { isClusError, LocalMisuseError } from '../status/errors.ts';
import { isDirectory, listing, locate } from './directory.ts';
import type { Gap, PartialEvidence } from './evidence.ts';
import { fileFacts } from './file-facts.ts';
import { hiveView } from './hive-view.ts';
import { regFileView } from './reg-file-view.ts';
import { registryFacts } from './registry-facts.ts';

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
  const system = systemRoot(directory);
  return [filesOfRoot(system), ...['software', 'system'].map((name) => hiveOfRoot(system.system32, name))];
}

/** A directory that holds the DLLs themselves, as a copy of system32 does. */
export function fromDllDirectory(directory: string): PartialEvidence {
  if (!isDirectory(directory)) throw noSuch(directory, 'directory');
  return {
    sources: [`directory ${directory}`],
    files: fileFacts(directory, 'running', `directory ${directory}`, { expectAll: true }),
  };
}

/** One hive, SOFTWARE or SYSTEM as its content tells, with its log when it lies beside. Throws RemoteProtocolError for anything else. */
export function fromHive(path: string): PartialEvidence {
  return withLogs(path, (logs) => withFile(path, (file) => registryFacts(hiveView(path, file, logs))));
}

export function fromRegFile(path: string, options: InputFileOptions = {}): PartialEvidence {
  return withFile(path, (file) => registryFacts(regFileView(path, file)), options);
}

/** A hive without its logs, or a registry export, whose bytes came some other way than as a file. */
export function fromBytes(name: string, bytes: Uint8Array): PartialEvidence {
  const file = memoryAccess(bytes);
  return registryFacts(looksLikeHive(file) ? hiveView(name, file) : regFileView(name, file));
}

interface SystemRoot {
  readonly root: string;
  readonly system32: string;
  /** Further ones on the same drive. */
  readonly others: readonly string[];
}

function systemRoot(directory: string): SystemRoot {
  if (!isDirectory(directory)) throw noSuch(directory, 'directory');
  const [first, ...others] = [directory, ...ROOT_NAMES.flatMap((name) => locate(directory, name) ?? [])].flatMap(
    (root) => {
      const system32 = locate(root, 'system32');
      return system32 === null ? [] : [{ root, system32 }];
    },
  );
  if (first === undefined) {
    const hive = ['SOFTWARE', 'SYSTEM'].map((name) => locate(directory, name)).find((path) => path !== null);
    const advice = hive === undefined ? undefined : `A hive is a source of its own: give ${hive}.`;
    throw noSuch(directory, 'system root (no system32 in it, nor in a WINNT or Windows below)', advice);
  }
  return { ...first, others: first.root === directory ? [] : others.map(({ root }) => root) };
}

function filesOfRoot({ root, system32, others }: SystemRoot): PartialEvidence {
  const stores = STORES.map((store) => filesOfStore(root, store));
  return {
    sources: [`system root ${root}`],
    warnings: others.map((other) => `${other} is a system root too and was not looked at`),
    files: [
      ...fileFacts(system32, 'running', `directory ${system32}`, { expectAll: true }),
      ...stores.flatMap(({ files = [] }) => files),
    ],
    gaps: stores.flatMap(({ gaps = [] }) => gaps),
  };
}

function filesOfStore(
  root: string,
  { place, parts }: (typeof STORES)[number],
): Pick<PartialEvidence, 'files' | 'gaps'> {
  const source = `directory ${root}`;
  try {
    const store = locate(root, ...parts);
    return store === null ? {} : { files: fileFacts(store, place, `directory ${store}`, { expectAll: false }) };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { gaps: [{ what: `files of ${parts.join('\\')}`, source, reason: error.message }] };
  }
}

function hiveOfRoot(system32: string, name: string): PartialEvidence {
  const gap = (reason: string): PartialEvidence => {
    const gaps: Gap[] = [{ what: `${name.toUpperCase()} hive`, source: `directory ${system32}`, reason }];
    return { gaps };
  };
  try {
    const path = locate(system32, 'config', name);
    return path === null ? gap('there is no such file below config') : fromHive(path);
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

function noSuch(path: string, what: string, advice?: string): LocalMisuseError {
  return new LocalMisuseError(`${path} is no ${what}`, {
    code: 'ERR_CLUSRPC_INVALID_INPUT',
    ...(advice !== undefined && { advice }),
  });
}
