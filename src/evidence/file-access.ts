import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RandomAccess } from '../bytes/random-access.ts';
import { type PeVersion, readPeVersion } from '../pe/version.ts';
import { RemoteProtocolError } from '../status/errors.ts';

/** Opens a file for positioned reads as long as `use` runs. A file that cannot be read is a RemoteProtocolError with the path. */
export function withFile<T>(path: string, use: (file: RandomAccess) => T): T {
  const descriptor = attempt(path, () => openSync(path, 'r'));
  try {
    const size = attempt(path, () => fstatSync(descriptor).size);
    return use({
      size,
      read(offset, length, into) {
        const wanted = Math.max(0, Math.min(length, size - offset));
        const buffer = into ?? new Uint8Array(wanted);
        const count = wanted === 0 ? 0 : attempt(path, () => readSync(descriptor, buffer, 0, wanted, offset));
        return buffer.subarray(0, count);
      },
    });
  } finally {
    closeSync(descriptor);
  }
}

export function readFileVersion(path: string): PeVersion {
  return withFile(path, readPeVersion);
}

/** A whole file, for formats that are read at once. Larger ones than `maxBytes` are refused before they are read. */
export function readFileBytes(path: string, maxBytes = 64 << 20): Uint8Array {
  return withFile(path, (file) => {
    if (file.size <= maxBytes) return file.read(0, file.size);
    throw new RemoteProtocolError(`${path} has ${file.size} bytes; at most ${maxBytes} are read`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
    });
  });
}

function attempt<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RemoteProtocolError(`cannot read ${path}: ${reason}`, { code: 'ERR_CLUSRPC_INVALID_INPUT', cause });
  }
}
