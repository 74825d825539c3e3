import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { LocalMisuseError } from '../status/errors.ts';
import type { RandomAccess } from './random-access.ts';

export interface InputFileOptions {
  /** What the file is to the one who named it, for errors: `the registry export`. */
  readonly what?: string;
  /** False: a symbolic link is refused, for files of a folder that a stranger filled. */
  readonly followLinks?: boolean;
  readonly advice?: string;
}

/**
 * Opens a file for positioned reads as long as `use` runs. Only regular files are opened: a pipe waits for its writer, and a device may
 * have no end. Throws LocalMisuseError (ERR_CLUSRPC_INVALID_INPUT) that names the file for anything else and for what the system refuses.
 */
export function withFile<T>(
  path: string,
  use: (file: RandomAccess, status: Stats) => T,
  options: InputFileOptions = {},
): T {
  const descriptor = openInput(path, options);
  try {
    const status = fstatSync(descriptor);
    const { size } = status;
    const file: RandomAccess = {
      size,
      read(offset, length, into) {
        const wanted = Math.max(0, Math.min(length, size - offset));
        const buffer = into ?? new Uint8Array(wanted);
        const count = attempt(path, options, () => fill(descriptor, buffer.subarray(0, wanted), offset));
        return buffer.subarray(0, count);
      },
    };
    return use(file, status);
  } finally {
    closeSync(descriptor);
  }
}

/** A whole file, for formats that are read at once. Larger ones than `maxBytes` are refused, also where they grow while they are read. */
export function readFileBytes(path: string, maxBytes = 64 << 20, options: InputFileOptions = {}): Uint8Array {
  const descriptor = openInput(path, options);
  try {
    const { size } = fstatSync(descriptor);
    if (size > maxBytes) throw tooLarge(path, maxBytes, options);
    const bytes = new Uint8Array(size);
    return bytes.subarray(
      0,
      attempt(path, options, () => fill(descriptor, bytes, 0)),
    );
  } finally {
    closeSync(descriptor);
  }
}

/** A file descriptor of a regular file, which the caller closes. Throws as `withFile` does. */
export function openInput(path: string, options: InputFileOptions = {}): number {
  const { followLinks = true } = options;
  // Opening a device can do something by itself, so it is looked at first; again behind it, since names can change.
  demandRegular(path, options, () => (followLinks ? statSync(path) : lstatSync(path)));
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (followLinks ? 0 : (constants.O_NOFOLLOW ?? 0));
  const descriptor = attempt(path, options, () => openSync(path, flags));
  try {
    demandRegular(path, options, () => fstatSync(descriptor));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}

/** What something other than a regular file is; null for a regular file. */
export function notRegular(status: Stats): string | null {
  if (status.isFile()) return null;
  if (status.isDirectory()) return 'it is a directory';
  if (status.isFIFO()) return 'it is a named pipe, not a file';
  if (status.isSocket()) return 'it is a socket, not a file';
  if (status.isSymbolicLink()) return 'it is a symbolic link, which is not followed here';
  return 'it is a device, not a file';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
  ELOOP: 'symbolic links that lead nowhere',
  EAGAIN: 'nothing can be read from it without waiting',
  EIO: 'the device does not read it',
};

/** An error of the file system in a few words; null for any other. */
export function systemReason(error: unknown): string | null {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || typeof code !== 'string' || !('errno' in error) || !/^E[A-Z0-9]+$/.test(code)) {
    return null;
  }
  return REASONS[code] ?? code;
}

/** A read may bring less than is there; 0 is the end. */
function fill(descriptor: number, buffer: Uint8Array, offset: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function demandRegular(path: string, options: InputFileOptions, look: () => Stats): void {
  const reason = notRegular(attempt(path, options, look));
  if (reason !== null) throw unreadable(path, options, reason);
}

function attempt<T>(path: string, options: InputFileOptions, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const reason = systemReason(cause);
    throw reason === null ? cause : unreadable(path, options, reason, cause);
  }
}

function unreadable(path: string, { what, advice }: InputFileOptions, reason: string, cause?: unknown): Error {
  return invalidInput(`${named(path, what)} cannot be read: ${reason}`, {
    cause,
    ...(advice !== undefined && { advice }),
  });
}

function tooLarge(path: string, maxBytes: number, { what }: InputFileOptions): Error {
  return invalidInput(`${named(path, what)} has more than ${maxBytes} bytes`);
}

function named(path: string, what: string | undefined): string {
  return what === undefined ? path : `${what} ${path}`;
}

function invalidInput(message: string, more: { cause?: unknown; advice?: string } = {}): LocalMisuseError {
  return new LocalMisuseError(message, { code: 'ERR_CLUSRPC_INVALID_INPUT', ...more });
}
