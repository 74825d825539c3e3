import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { type LiveRegistryKey, orAbsent, type RegistryOptions, registryKey, registryKeys } from './registry.ts';

/**
 * Reads keys as the Windows of that machine sees them, undefined where there is none: the 64-bit view, since a 32-bit
 * Node.js would be shown another SOFTWARE key. Windows 2000 knows no views and may refuse the flag that asks for one.
 * The names below a key are asked for once: what is asked of a registry is mostly not there, and a question to another
 * machine takes its time.
 */
export function liveKeys(options: RegistryOptions = {}): (path: string) => Promise<LiveRegistryKey | undefined> {
  let view: '64' | 'default' = '64';
  const asked = async <T>(ask: (options: RegistryOptions) => Promise<T>): Promise<T> => {
    try {
      return await ask({ ...options, view });
    } catch (error) {
      if (view === 'default' || !answered(error, 'ERROR_INVALID_PARAMETER')) throw error;
      view = 'default';
      return ask({ ...options, view });
    }
  };
  const listings = new Map<string, Promise<ReadonlySet<string> | null>>();
  /** In capitals; null: they may not be seen, which says nothing of each. */
  const namesBelow = (parent: string): Promise<ReadonlySet<string> | null> => {
    const known = listings.get(parent);
    if (known !== undefined) return known;
    const listing = asked((each) => orAbsent(() => registryKeys(parent, each))).then(
      (names = []) => new Set(names.map((name) => name.toUpperCase())),
      (error: unknown) => {
        if (answered(error, 'ERROR_ACCESS_DENIED')) return null;
        throw error;
      },
    );
    listings.set(parent, listing);
    return listing;
  };
  return async (path) => {
    const end = path.lastIndexOf('\\');
    const names = await namesBelow(path.slice(0, end));
    if (names !== null && !names.has(path.slice(end + 1).toUpperCase())) return undefined;
    return asked((each) => registryKey(path, each));
  };
}

function answered(error: unknown, symbol: 'ERROR_INVALID_PARAMETER' | 'ERROR_ACCESS_DENIED'): boolean {
  return error instanceof Win32Error && error.errno === win32Code(symbol);
}
