import { LocalMisuseError } from '../status/errors.ts';
import type { NativeFileVersion } from './addon.ts';
import type { CallOptions } from './cluster-api.ts';
import type { AddonOptions } from './load-addon.ts';
import { localCall } from './native-cluster.ts';

/** The version resource of a file, its size in bytes and its time of change (ms since 1970, UTC). */
export type LiveFileVersion = NativeFileVersion;

/**
 * Reads the fixed version of a file through Windows; `path` may be a UNC path (`\\host\ADMIN$\system32\rpcrt4.dll`).
 * Rejects with Win32Error: 2 or 3 where there is no file, 1812 or 1813 where the file has no version.
 */
export async function liveFileVersion(
  path: string,
  options: CallOptions & AddonOptions = {},
): Promise<LiveFileVersion> {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new LocalMisuseError('a file path must be text without NUL');
  }
  return localCall('GetFileVersionInfoW', path, options, (addon, settle) => addon.fileVersion(path, settle));
}
