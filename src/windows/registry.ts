import { LocalMisuseError } from '../status/errors.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { NativeRegistryValue } from './addon.ts';
import type { CallOptions } from './cluster-api.ts';
import type { AddonOptions } from './load-addon.ts';
import { localCall } from './native-cluster.ts';

/**
 * A value of the live registry. `data` are its bytes as they lie there, the shape that registry exports and hives are
 * read into; `value` is what the type makes of them: text without its terminator, strings, a number, a bigint (REG_QWORD),
 * or the bytes where the type says nothing or they do not keep what it says.
 */
export type LiveRegistryValue = NativeRegistryValue;

/** A key with its full path and its values. */
export interface LiveRegistryKey {
  readonly path: string;
  readonly values: readonly LiveRegistryValue[];
}

export interface MachineOptions extends CallOptions, AddonOptions {
  /** Another machine, `NODE1`; the registry is read through its Remote Registry service. */
  readonly machine?: string | undefined;
}

export interface RegistryOptions extends MachineOptions {
  /** Which registry a 32-bit program would see; `default` is that of this process. */
  readonly view?: 'default' | '32' | '64' | undefined;
}

/** The predefined keys that can be read; the numbers are those of winreg.h. */
const ROOTS = {
  HKEY_CLASSES_ROOT: 0x80000000,
  HKEY_CURRENT_USER: 0x80000001,
  HKEY_LOCAL_MACHINE: 0x80000002,
  HKEY_USERS: 0x80000003,
} as const;
const VIEWS = { default: 0, '32': 0x0200, '64': 0x0100 } as const;

const FILE_NOT_FOUND = 2;
const PATH_NOT_FOUND = 3;

/** The names of the sub-keys. */
export async function registryKeys(key: string, options: RegistryOptions = {}): Promise<readonly string[]> {
  const { root, machine, path, view } = place(key, options);
  return localCall('RegEnumKeyExW', key, options, (addon, settle) =>
    addon.registryKeys(root, machine, path, view, settle),
  );
}

/** Every value of a key. */
export async function registryValues(
  key: string,
  options: RegistryOptions = {},
): Promise<readonly LiveRegistryValue[]> {
  const { root, machine, path, view } = place(key, options);
  return localCall('RegEnumValueW', key, options, (addon, settle) =>
    addon.registryValues(root, machine, path, view, settle),
  );
}

/** Every value of a key, or undefined where there is no such key: absence is a fact, not a failure. */
export async function registryKey(key: string, options: RegistryOptions = {}): Promise<LiveRegistryKey | undefined> {
  return orAbsent(async () => ({ path: key, values: await registryValues(key, options) }));
}

/** Undefined instead of the error that says that a key, value or file is not there. */
export async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Win32Error && (error.errno === FILE_NOT_FOUND || error.errno === PATH_NOT_FOUND)) {
      return undefined;
    }
    throw error;
  }
}

interface Place {
  readonly root: number;
  readonly machine: string;
  readonly path: string;
  readonly view: number;
}

function place(key: string, { machine, view = 'default' }: RegistryOptions): Place {
  checkText('a registry key', key);
  const [head = '', ...rest] = key.split('\\');
  const root = Object.entries(ROOTS).find(([name]) => name === head.toUpperCase())?.[1];
  if (root === undefined) {
    throw new LocalMisuseError(`the registry key "${key}" must begin with one of ${Object.keys(ROOTS).join(', ')}`);
  }
  const path = rest.join('\\');
  return { root, machine: uncName(machine), path, view: VIEWS[view] };
}

/** A machine as the functions of Windows take it: `\\NODE1`; empty: this one. */
export function uncName(machine = ''): string {
  checkText('a machine name', machine);
  return machine === '' ? '' : `\\\\${machine.replace(/^\\+/, '')}`;
}

/** Windows would stop reading at the NUL and look at another key than the caller named. */
function checkText(what: string, text: string): void {
  if (typeof text !== 'string' || text.includes('\0')) throw new LocalMisuseError(`${what} must be text without NUL`);
}
