import { pagedAccess, type RandomAccess } from '../bytes/random-access.ts';
import { type Hive, openHive } from '../hive/hive.ts';
import { findKey as findHiveKey, type HiveKey, subkeys } from '../hive/keys.ts';
import type { LogFile } from '../hive/log.ts';
import { valueData, values } from '../hive/values.ts';
import { collectWarnings } from '../hive/warnings.ts';
import type { RegFile } from '../reg/parse.ts';
import { foldName, splitKeyPath } from '../reg/path.ts';
import { type RegistryKey, type RegistryValue, regDword } from '../reg/value.ts';
import { isClusError, RemoteProtocolError } from '../status/errors.ts';
import { Win32Error } from '../status/win32-error.ts';

/** A key as any source gives it. */
export interface ViewedKey extends RegistryKey {
  /** ms since 1970; null where the source keeps no time. */
  readonly timeMs: number | null;
  /** Why a value that is not among these may be there all the same; null: it is not. */
  readonly damage: string | null;
}

/** Damage leaves open whether the key is there; the reason names the place. */
export interface UnreadableKey {
  readonly unreadable: string;
}

/**
 * The part of HKEY_LOCAL_MACHINE that a source holds. `key` takes a path such as `SOFTWARE\Microsoft\Rpc` and answers null when
 * the source would hold the key if it were there, undefined when it cannot say.
 */
export interface RegistryView {
  readonly source: string;
  readonly warnings: readonly string[];
  key(path: string): ViewedKey | UnreadableKey | null | undefined;
}

/** What reads the registry of the living Windows; undefined: there is no such key. */
export type ReadLiveKey = (path: string) => Promise<{ readonly values: readonly RegistryValue[] } | undefined>;

const LOCAL_MACHINE = 'HKEY_LOCAL_MACHINE';
const CURRENT = 'CURRENTCONTROLSET';
/** What fails for every key when another machine does not show its registry. */
const CONNECT = 'RegConnectRegistryW';

/**
 * Asks for all `paths` beforehand, since everything that reads a view does so at once. Rejects when the registry cannot be
 * reached; a key that it does not show is unreadable.
 */
export async function liveView(name: string, read: ReadLiveKey, paths: readonly string[]): Promise<RegistryView> {
  const keys = new Map<string, ViewedKey | UnreadableKey | null>();
  for (const path of paths) keys.set(path, await liveKey(read, `${LOCAL_MACHINE}\\${path}`));
  return { source: `registry of ${name}`, warnings: [], key: (path) => keys.get(path) };
}

async function liveKey(read: ReadLiveKey, path: string): Promise<ViewedKey | UnreadableKey | null> {
  try {
    const key = await read(path);
    return key === undefined ? null : { path, values: key.values, timeMs: null, damage: null };
  } catch (error) {
    if (!(error instanceof Win32Error) || error.syscall === CONNECT) throw error;
    return { unreadable: error.message };
  }
}

/**
 * One hive of a Windows installation. Which one it is, its content tells: SYSTEM has control sets, SOFTWARE has Microsoft. Throws
 * RemoteProtocolError for a file that is no hive, or another one than these two.
 */
export function hiveView(name: string, file: RandomAccess, logs: readonly LogFile[] = []): RegistryView {
  const hive = openHive(pagedAccess(file), logs);
  const warnings = (): string[] => hive.warnings.list.map((sentence) => `${name}: ${sentence}`);
  const top = [...subkeys(hive, hive.root)].map((key) => foldName(key.name));
  if (top.some((each) => each === 'SELECT' || each.startsWith('CONTROLSET'))) {
    const chosen = controlSetOf((path, value) => hiveDword(hive, path, value), top);
    return {
      source: `SYSTEM hive ${name}`,
      get warnings() {
        return [...warnings(), ...chosen.warnings.map((sentence) => `${name}: ${sentence}`)];
      },
      key: (path) => belowRoot(path, 'SYSTEM', (rest) => viewHiveKey(hive, withControlSet(rest, chosen.name), path)),
    };
  }
  if (!top.includes('MICROSOFT')) {
    throw new RemoteProtocolError(
      `offset 0x1000: neither a SOFTWARE nor a SYSTEM hive: it has ${top.slice(0, 5).join(', ') || 'no keys'}`,
    );
  }
  return {
    source: `SOFTWARE hive ${name}`,
    get warnings() {
      return warnings();
    },
    key: (path) => belowRoot(path, 'SOFTWARE', (rest) => viewHiveKey(hive, rest, path)),
  };
}

/**
 * A registry export. It holds a key with everything below, so that what is missing below an exported key is not there, and of
 * everything else the file cannot speak.
 */
export function regFileView(name: string, file: RegFile): RegistryView {
  const keys = new Map(file.keys.map((key) => [foldName(key.path), key]));
  const find = (path: string): ViewedKey | null | undefined => {
    const full = foldName(`${LOCAL_MACHINE}\\${path}`);
    const key = keys.get(full);
    if (key !== undefined) return { ...key, timeMs: null, damage: null };
    // HKEY_LOCAL_MACHINE alone holds nothing: files made by hand begin with it.
    for (let end = full.lastIndexOf('\\'); end > LOCAL_MACHINE.length; end = full.lastIndexOf('\\', end - 1)) {
      if (keys.has(full.slice(0, end))) return null;
    }
    return undefined;
  };
  return {
    source: `export ${name}`,
    warnings: file.warnings.map(({ line, message }) => `${name}, line ${line}: ${message}`),
    key(path) {
      const direct = find(path);
      if (direct !== undefined || !foldName(path).startsWith(`SYSTEM\\${CURRENT}`)) return direct;
      const select = find('SYSTEM\\Select');
      const current = select?.values.find((value) => foldName(value.name) === 'CURRENT');
      const number = current === undefined ? null : regDword(current);
      return number === null ? undefined : find(`SYSTEM\\${withControlSet(path.slice(7), setName(number))}`);
    },
  };
}

function belowRoot<T>(path: string, root: string, find: (rest: string) => T): T | undefined {
  const [first = '', ...rest] = splitKeyPath(path);
  return foldName(first) === root ? find(rest.join('\\')) : undefined;
}

function viewHiveKey(hive: Hive, rest: string, path: string): ViewedKey | UnreadableKey | null {
  try {
    const key = findHiveKey(hive, rest);
    if (key === null) return null;
    const { values: read, damage } = readableValues(hive, key);
    return { path: `${LOCAL_MACHINE}\\${path}`, values: read, timeMs: key.lastWrittenMs, damage };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { unreadable: error.message };
  }
}

/** Values whose data are lost, wholly or in part, are left out: the damage says so, and the hive's warnings. */
function readableValues(hive: Hive, key: HiveKey): { values: readonly RegistryValue[]; damage: string | null } {
  const readable: RegistryValue[] = [];
  const lost = collectWarnings(hive.warnings);
  for (const value of values(hive, key, lost)) {
    try {
      const data = valueData(hive, value);
      if (data.length === value.size) readable.push({ name: value.name, type: value.type, data });
      else lost.add(value.offset, `${data.length} of ${value.size} bytes of the value ${value.name} are there`);
    } catch (error) {
      if (!isClusError(error)) throw error;
      lost.note(error.message);
    }
  }
  return { values: readable, damage: lost.list[0] ?? null };
}

function hiveDword(hive: Hive, path: string, name: string): number | null {
  const key = viewHiveKey(hive, path, path);
  if (key === null || 'unreadable' in key) return null;
  const value = key.values.find((each) => foldName(each.name) === foldName(name));
  return value === undefined ? null : regDword(value);
}

/** CurrentControlSet is a link that exists only while Windows runs: `Select` says which set it means. */
function controlSetOf(
  dword: (path: string, value: string) => number | null,
  top: readonly string[],
): { name: string; warnings: string[] } {
  const warnings: string[] = [];
  for (const value of ['Current', 'Default', 'LastKnownGood']) {
    const number = dword('Select', value);
    if (number !== null && number >= 1 && number <= 999 && top.includes(foldName(setName(number)))) {
      return { name: setName(number), warnings };
    }
    warnings.push(`Select\\${value} names no control set that is there`);
  }
  const lowest = top.filter((name) => /^CONTROLSET\d{3}$/.test(name)).sort()[0] ?? 'ControlSet001';
  return { name: lowest, warnings: [...warnings, `${lowest} is taken for the current control set`] };
}

function withControlSet(path: string, set: string): string {
  const [first = '', ...rest] = splitKeyPath(path);
  return [foldName(first) === CURRENT ? set : first, ...rest].join('\\');
}

function setName(number: number): string {
  return `ControlSet${String(number).padStart(3, '0')}`;
}
