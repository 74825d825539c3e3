import type { RegistryKey, RegistryValue } from './value.ts';

/** The key at that path, upper and lower case of ASCII letters being the same; a leading or trailing backslash does not matter. */
export function findKey(source: { readonly keys: readonly RegistryKey[] }, path: string): RegistryKey | undefined {
  const wanted = foldName(splitKeyPath(path).join('\\'));
  return source.keys.find((key) => key.path.length === wanted.length && foldName(key.path) === wanted);
}

/** The value of that name, compared as `findKey` compares; `''` is the default value. */
export function findValue(key: RegistryKey, name: string): RegistryValue | undefined {
  const wanted = foldName(name);
  return key.values.find((value) => value.name.length === wanted.length && foldName(value.name) === wanted);
}

/** The parts of a path. Only the backslash separates; a slash is an ordinary character of a name. */
export function splitKeyPath(path: string): string[] {
  return path.split('\\').filter((part) => part !== '');
}

/**
 * Upper case of a to z only. Windows folds more letters by a table of its version, which JavaScript's is not; every name
 * that this package asks for is ASCII.
 */
export function foldName(name: string): string {
  return name.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
