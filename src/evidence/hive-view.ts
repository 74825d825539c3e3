import { pagedAccess, type RandomAccess } from '../bytes/random-access.ts';
import { type Hive, openHive } from '../hive/hive.ts';
import { findKey as findHiveKey, type HiveKey, subkeys } from '../hive/keys.ts';
import type { LogFile } from '../hive/log.ts';
import { isStrangeName } from '../hive/names.ts';
import { valueData, values } from '../hive/values.ts';
import { collectWarnings } from '../hive/warnings.ts';
import { controlSetName, inControlSet } from '../reg/control-set.ts';
import { findValue, foldName, splitKeyPath } from '../reg/path.ts';
import { type RegistryValue, regDword } from '../reg/value.ts';
import { isWholeKey } from '../reg/whole.ts';
import { isClusError, RemoteProtocolError } from '../status/errors.ts';
import { LOCAL_MACHINE, type RegistryView, type UnreadableKey, type ViewedKey } from './registry-view.ts';

/**
 * One hive of a Windows installation. Which one it is, its content tells: SYSTEM has control sets, SOFTWARE has Microsoft. Throws
 * RemoteProtocolError for a file that is no hive, or another one than these two.
 */
export function hiveView(name: string, file: RandomAccess, logs: readonly LogFile[] = []): RegistryView {
  const hive = openHive(pagedAccess(file), logs);
  const top = [...subkeys(hive, hive.root)].map((key) => foldName(key.name));
  if (top.some((each) => each === 'SELECT' || each.startsWith('CONTROLSET'))) {
    const { set, warnings } = controlSetOf((path, value) => hiveDword(hive, path, value), top);
    const find = (rest: string, path: string) => viewHiveKey(hive, inControlSet(rest, set), path);
    return viewOf(name, hive, { kind: 'SYSTEM', find, whole: true, warnings });
  }
  if (!top.includes('MICROSOFT')) {
    throw new RemoteProtocolError(
      `offset 0x1000: neither a SOFTWARE nor a SYSTEM hive: it has ${top.slice(0, 5).join(', ') || 'no keys'}`,
    );
  }
  const version = viewHiveKey(hive, VERSION_KEY, `SOFTWARE\\${VERSION_KEY}`);
  const whole = version !== null && ('unreadable' in version || version.whole);
  const warnings = whole ? [] : [`${VERSION_KEY} has no version: what is missing in this hive proves nothing`];
  return viewOf(name, hive, { kind: 'SOFTWARE', find: (rest, path) => viewHiveKey(hive, rest, path), whole, warnings });
}

/** HKEY_CURRENT_USER\Software has that key too, and no version in it. */
const VERSION_KEY = 'Microsoft\\Windows NT\\CurrentVersion';

interface HiveKind {
  readonly kind: 'SOFTWARE' | 'SYSTEM';
  readonly find: (rest: string, path: string) => ViewedKey | UnreadableKey | null;
  /** What it lacks is not there. */
  readonly whole: boolean;
  readonly warnings: readonly string[];
}

function viewOf(name: string, hive: Hive, { kind, find, whole, warnings }: HiveKind): RegistryView {
  return {
    source: `${kind} hive ${name}`,
    get warnings() {
      return [...hive.warnings.list, ...warnings].map((sentence) => `${name}: ${sentence}`);
    },
    key(path) {
      const [root = '', ...rest] = splitKeyPath(path);
      if (foldName(root) !== kind) return undefined;
      const key = find(rest.join('\\'), path);
      return key === null && !whole ? undefined : key;
    },
  };
}

function viewHiveKey(hive: Hive, rest: string, path: string): ViewedKey | UnreadableKey | null {
  try {
    const key = findHiveKey(hive, rest);
    if (key === null) return null;
    const { values: read, damage } = readableValues(hive, key);
    const known = { path: `${LOCAL_MACHINE}\\${path}`, values: read, timeMs: key.lastWrittenMs, damage };
    const hasSubkey = (name?: string): boolean =>
      name === undefined ? key.subkeyCount > 0 : findHiveKey(hive, `${rest}\\${name}`) !== null;
    const whole = isWholeKey(path, { hasValue: (name) => findValue(known, name) !== undefined, hasSubkey });
    return { ...known, whole };
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
    if (isStrangeName(value.name)) lost.add(value.offset, 'a value whose name is none that Windows keeps there');
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
  const value = findValue(key, name);
  return value === undefined ? null : regDword(value);
}

/** CurrentControlSet is a link that exists only while Windows runs: `Select` says which set it means. */
function controlSetOf(
  dword: (path: string, value: string) => number | null,
  top: readonly string[],
): { set: string; warnings: string[] } {
  const warnings: string[] = [];
  for (const value of ['Current', 'Default', 'LastKnownGood']) {
    const number = dword('Select', value);
    if (number !== null && number >= 1 && number <= 999 && top.includes(foldName(controlSetName(number)))) {
      return { set: controlSetName(number), warnings };
    }
    warnings.push(`Select\\${value} names no control set that is there`);
  }
  const lowest = top.filter((name) => /^CONTROLSET\d{3}$/.test(name)).sort()[0] ?? 'ControlSet001';
  return { set: lowest, warnings: [...warnings, `${lowest} is taken for the current control set`] };
}
