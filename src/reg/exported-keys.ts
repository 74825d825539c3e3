import { CONTROL_SET_SELECT } from './control-set.ts';
import { findValue, foldName } from './path.ts';
import type { RegistryKey } from './value.ts';
import { isWholeKey, type KeyContent, keptKeysBelow, tellsWholeness } from './whole.ts';

export interface ExportedKey {
  readonly key: RegistryKey;
  /** It holds what Windows keeps there, so that a value that it lacks is not there. */
  readonly whole: boolean;
}

type KeysByPath = ReadonlyMap<string, RegistryKey>;

export function keysByPath({ keys }: { readonly keys: readonly RegistryKey[] }): KeysByPath {
  return new Map(keys.map((key) => [foldName(key.path), key]));
}

/**
 * Which keys of an export, by their folded path, decide what `exportedKeys` says of `paths`, in whatever control set: what a parser
 * has to keep of a file that may be large.
 */
export function decisiveKeys(paths: readonly string[]): (path: string) => boolean {
  const asked = new Set<string>();
  for (const path of [...paths, CONTROL_SET_SELECT].map(foldName)) {
    for (let end = path.length; end !== -1; end = path.lastIndexOf('\\', end - 1)) asked.add(path.slice(0, end));
  }
  const sets = new Set<string>();
  return (path) => {
    const [, below] = /^HKEY_LOCAL_MACHINE\\(.*)$/s.exec(path) ?? [];
    if (below === undefined) return false;
    const [set] = /^SYSTEM\\CONTROLSET\d{3}(?=\\|$)/.exec(below) ?? [];
    const current = set === undefined ? below : `SYSTEM\\CURRENTCONTROLSET${below.slice(set.length)}`;
    // The first of each set shows that it is there at all.
    const first = set !== undefined && !sets.has(set);
    if (first) sets.add(set);
    return first || asked.has(current) || tellsWholeness(current);
  };
}

/**
 * Looks for keys by their path below HKEY_LOCAL_MACHINE: null when the export would hold the key if it were there, since it holds one
 * above with everything below, undefined when it cannot say. `placeOf` tells where in the file a key of the registry stands.
 */
export function exportedKeys(
  keys: KeysByPath,
  placeOf = (path: string): string => path,
): (path: string) => ExportedKey | null | undefined {
  const at = (path: string): RegistryKey | undefined => keys.get(foldName(`HKEY_LOCAL_MACHINE\\${placeOf(path)}`));
  const known = new Map<string, boolean>();
  const isWhole = (path: string): boolean => {
    const key = at(path);
    const whole = known.get(path) ?? (key !== undefined && isWholeKey(path, contentOf(keys, key)));
    known.set(path, whole);
    return whole;
  };
  return (path) => {
    const key = at(path);
    if (key !== undefined) return { key, whole: isWhole(path) };
    for (let end = path.lastIndexOf('\\'); end > 0; end = path.lastIndexOf('\\', end - 1)) {
      const above = path.slice(0, end);
      if (at(above) !== undefined) return keptKeysBelow(above).some(isWhole) ? null : undefined;
    }
    return undefined;
  };
}

function contentOf(keys: KeysByPath, key: RegistryKey): KeyContent {
  const below = `${foldName(key.path)}\\`;
  return {
    hasValue: (name) => findValue(key, name) !== undefined,
    hasSubkey: (name) =>
      name === undefined ? [...keys.keys()].some((each) => each.startsWith(below)) : keys.has(below + name),
  };
}
