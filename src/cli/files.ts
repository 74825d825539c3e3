import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { usageError } from './exit.ts';

/** The bytes of an input file. A file that is not there, cannot be read or is too large is a usage error that names it. */
export function readInput(file: string, what: string, maxBytes: number): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > maxBytes) throw usageError(`${what} ${file} has ${size} bytes, more than ${maxBytes}`);
    return readFileSync(file);
  } catch (error) {
    throw asUsageError(error, `${what} ${file} cannot be read`);
  }
}

/** Writes a file that is not there yet; with `force` over what is there. */
export function writeNew(file: string, what: string, bytes: Uint8Array | string, { force = false } = {}): void {
  try {
    writeFileSync(file, bytes, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw usageError(`${what} ${file} is there already`, 'Give --force to write over it.');
    }
    throw asUsageError(error, `${what} ${file} cannot be written`);
  }
}

/**
 * Throws unless there is no such file, or a page that an earlier run may have written: checked before the work, so that a
 * mistyped name costs neither the file nor the result.
 */
export function checkPage(file: string): void {
  let start: string;
  try {
    start = readFileSync(file).subarray(0, 64).toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw asUsageError(error, `the page ${file} cannot be written`);
  }
  if (start === '' || /^\s*<!doctype html|^\s*<html/i.test(start)) return;
  throw usageError(`${file} is no HTML page, so it is not written over`, 'Give --html another name.');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
  ELOOP: 'it is a symbolic link',
};

/** An error of the file system as a usage error; any other goes through as it is. */
export function asUsageError(error: unknown, what: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || typeof code !== 'string' || !('errno' in error) || !/^E[A-Z]+$/.test(code)) {
    return error;
  }
  return usageError(`${what}: ${REASONS[code] ?? code}`);
}
