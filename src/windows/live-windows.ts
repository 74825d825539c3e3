import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { liveFileVersion } from './file-version.ts';
import { liveKeys } from './live-keys.ts';
import type { MachineOptions } from './registry.ts';
import { serviceState } from './service-state.ts';

const NO_VERSION = [win32Code('ERROR_RESOURCE_DATA_NOT_FOUND'), win32Code('ERROR_RESOURCE_TYPE_NOT_FOUND')];

/** What an audit asks of a Windows that runs, here or as `machine`, whose files lie below `systemRoot`. */
export function liveWindows(systemRoot: string, options: MachineOptions = {}) {
  return {
    systemRoot,
    key: liveKeys(options),
    async fileVersion(path: string) {
      try {
        return (await liveFileVersion(path, options)).fileVersion;
      } catch (error) {
        if (error instanceof Win32Error && NO_VERSION.includes(error.errno)) return null;
        throw error;
      }
    },
    serviceState: (name: string) => serviceState(name, options),
  };
}
