import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { type LiveRegistryKey, type RegistryOptions, registryKey } from './registry.ts';

/**
 * Reads keys as the Windows of that machine sees them, undefined where there is none: the 64-bit view, since a 32-bit
 * Node.js would be shown another SOFTWARE key. Windows 2000 knows no views and may refuse the flag that asks for one.
 */
export function liveKeys(options: RegistryOptions = {}): (path: string) => Promise<LiveRegistryKey | undefined> {
  return async (path) => {
    try {
      return await registryKey(path, { ...options, view: '64' });
    } catch (error) {
      const refused = error instanceof Win32Error && error.errno === win32Code('ERROR_INVALID_PARAMETER');
      if (!refused) throw error;
      return registryKey(path, { ...options, view: 'default' });
    }
  };
}
