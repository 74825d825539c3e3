import { LocalMisuseError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { localCall } from './native-cluster.ts';
import { type MachineOptions, uncName } from './registry.ts';

/** What dwCurrentState of SERVICE_STATUS says (winsvc.h). */
const SERVICE_STATES: Readonly<Record<number, string>> = {
  1: 'stopped',
  2: 'starting',
  3: 'stopping',
  4: 'running',
  5: 'continuing',
  6: 'pausing',
  7: 'paused',
};

/** `running`, `stopped` or what else a service does; undefined: this machine has none of that name. Rejects with Win32Error, such as 5 where it is denied. */
export async function serviceState(name: string, options: MachineOptions = {}): Promise<string | undefined> {
  if (name === '' || name.includes('\0')) throw new LocalMisuseError('a service name must be text without NUL');
  try {
    const state = await localCall<number>('QueryServiceStatus', name, options, (addon, settle) =>
      addon.serviceState(uncName(options.machine), name, settle),
    );
    return SERVICE_STATES[state] ?? `in state ${state}`;
  } catch (error) {
    if (error instanceof Win32Error && error.errno === win32Code('ERROR_SERVICE_DOES_NOT_EXIST')) return undefined;
    throw error;
  }
}
