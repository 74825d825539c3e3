import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemReason } from '../bytes/input-file.ts';
import { LocalMisuseError } from '../status/errors.ts';

/**
 * A file or directory below `root` by its Windows path, whatever the case of the names on disk: a mounted system drive has
 * WINNT\System32, winnt/system32 and anything between. Null when a part is not there. Of names that differ only in case the exact one wins.
 * Throws as `listing` does.
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
  return attempt(path, () => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/** Names in a directory; none where there is no such directory. Throws LocalMisuseError where there is one that cannot be read. */
export function listing(path: string): readonly string[] {
  return attempt(path, () => {
    try {
      return readdirSync(path);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}

function attempt<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const message = `${path} cannot be read: ${systemReason(cause)}`;
    throw new LocalMisuseError(message, { code: 'ERR_CLUSRPC_INVALID_INPUT', cause });
  }
}
