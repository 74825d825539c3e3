import type { RegistryKey, RegistryValue } from '../reg/value.ts';
import { Win32Error } from '../status/win32-error.ts';

/** A key as any source gives it. */
export interface ViewedKey extends RegistryKey {
  /** ms since 1970; null where the source keeps no time. */
  readonly timeMs: number | null;
  /** Why a value that is not among these may be there all the same; null: it is not. */
  readonly damage: string | null;
  /** It holds what Windows keeps there, so that a value that is not among these is not there. */
  readonly whole: boolean;
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

export const LOCAL_MACHINE = 'HKEY_LOCAL_MACHINE';
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
    return key === undefined ? null : { path, values: key.values, timeMs: null, damage: null, whole: true };
  } catch (error) {
    if (!(error instanceof Win32Error) || error.syscall === CONNECT) throw error;
    return { unreadable: error.message };
  }
}
