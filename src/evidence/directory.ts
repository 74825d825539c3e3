import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file or directory below `root` by its Windows path, whatever the case of the names on disk: a mounted system drive has
 * WINNT\System32, winnt/system32 and anything between. Null when a part is not there. Of names that differ only in case the exact one wins.
 */
export function locate(root: string, ...parts: readonly string[]): string | null {
  let path = root;
  for (const part of parts) {
    const names = listing(path);
    const name = names.find((each) => each === part) ?? names.find((each) => each.toLowerCase() === part.toLowerCase());
    if (name === undefined) return null;
    path = join(path, name);
  }
  return path;
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function listing(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
