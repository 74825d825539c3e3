import { findKey, findValue, foldName, splitKeyPath } from './path.ts';
import { type RegistryKey, regDword } from './value.ts';

const CURRENT = 'CURRENTCONTROLSET';
/** Where Windows keeps which control set is the current one, below HKEY_LOCAL_MACHINE. */
export const CONTROL_SET_SELECT = 'SYSTEM\\Select';

/** `ControlSet001` */
export function controlSetName(number: number): string {
  return `ControlSet${String(number).padStart(3, '0')}`;
}

/** A path below SYSTEM in a control set instead of CurrentControlSet, which is a link that exists only while Windows runs. */
export function inControlSet(path: string, set: string): string {
  const [first = '', ...rest] = splitKeyPath(path);
  return [foldName(first) === CURRENT ? set : first, ...rest].join('\\');
}

/**
 * Which control set of an export is the current one: null where `Select` does not say so. The warning says that there are sets all the
 * same, of which nothing is used.
 */
export function exportedControlSet(file: { readonly keys: readonly RegistryKey[] }): {
  readonly set: string | null;
  readonly warning: string | null;
} {
  const select = findKey(file, `HKEY_LOCAL_MACHINE\\${CONTROL_SET_SELECT}`);
  const current = select && findValue(select, 'Current');
  const number = (current && regDword(current)) ?? null;
  if (number !== null) return { set: controlSetName(number), warning: null };
  const first = file.keys.find(({ path }) => /^HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet\d{3}(\\|$)/i.test(path));
  if (first === undefined) return { set: null, warning: null };
  const name = splitKeyPath(first.path)[2];
  return {
    set: null,
    warning: `SYSTEM\\${name} is there without SYSTEM\\Select, which says whether it is the current control set: it is not used`,
  };
}
