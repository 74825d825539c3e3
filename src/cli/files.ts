import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { notRegular, readFileBytes, systemReason } from '../bytes/input-file.ts';
import { onAbort } from '../status/on-abort.ts';
import type { CliWorld } from './context.ts';
import { usageError } from './exit.ts';

type Input = Pick<CliWorld, 'stdin' | 'signal'>;

const STDIN: ReadonlySet<string> = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** `-` on the command line, or what systems call standard input. */
export function isStdin(file: string): boolean {
  return STDIN.has(file);
}

/** The bytes of a regular file or of standard input. What cannot be read, or is larger, is wrong input that names the file. */
export async function readInput(input: Input, file: string, what: string, maxBytes: number): Promise<Uint8Array> {
  const advice = 'What comes through a pipe is read from standard input: give - as its name.';
  return isStdin(file) ? readStdin(input, what, maxBytes) : readFileBytes(file, maxBytes, { what, advice });
}

async function readStdin({ stdin, signal }: Input, what: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of untilAborted(stdin, signal, what)) {
    size += chunk.length;
    if (size > maxBytes) throw usageError(`${what} on standard input has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks);
}

/** What a stream brings until its end or Ctrl-C, whichever comes first. */
export async function* untilAborted(input: Readable, signal: AbortSignal, what: string): AsyncGenerator<Uint8Array> {
  if (input.readableDidRead) throw usageError('standard input is named twice');
  const stop = () => input.destroy();
  const listening = onAbort(signal, stop);
  try {
    if (signal.aborted) return;
    for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
  } catch (error) {
    if (!signal.aborted) throw asUsageError(error, `${what} cannot be read`);
  } finally {
    listening();
  }
}

export interface OutputFileOptions {
  /** What the file will be, for errors: `the page`. */
  readonly what: string;
  /** Whether a file that begins with these 64 bytes, or fewer, may be written over; only an empty one may by default. */
  readonly over?: (head: Uint8Array) => boolean;
  /** Why it may not, and what to do then. */
  readonly refusal?: readonly [reason: string, advice: string];
  readonly mode?: number;
}

/**
 * Throws unless the file can be written: checked before the work, so that a mistyped name costs neither what is there nor the result.
 * Nothing is made or changed.
 */
export function checkOutput(file: string, options: OutputFileOptions): void {
  attempt(file, options, () => {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) closeSync(openOver(file, options));
    else if (!statSync(dirname(file)).isDirectory()) throw unwritable(file, options, 'it is in no directory');
  });
}

/** Makes the file where it is not there, for somebody else to append to. */
export function makeOutput(file: string, options: OutputFileOptions): void {
  attempt(file, options, () => closeSync(openOver(file, { over: () => true, ...options }, constants.O_CREAT)));
}

export function writeOutput(file: string, bytes: Uint8Array | string, options: OutputFileOptions): void {
  const descriptor = openOutput(file, options);
  try {
    attempt(file, options, () => writeFileSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a regular file, made or emptied, for the caller to write and close. Pipes, devices and directories are refused, and never waited for. */
export function openOutput(file: string, options: OutputFileOptions): number {
  return attempt(file, options, () => {
    const descriptor = openOver(file, options, constants.O_CREAT);
    ftruncateSync(descriptor);
    return descriptor;
  });
}

function openOver(file: string, options: OutputFileOptions, create = 0): number {
  const { over = () => false, refusal: [refusal, advice] = ['is there already', 'Give another name.'], mode } = options;
  // Opening a device can do something by itself, so it is looked at first; again behind it, since names can change.
  demandRegular(file, options, statSync(file, { throwIfNoEntry: false }));
  const descriptor = openSync(file, constants.O_RDWR | (constants.O_NONBLOCK ?? 0) | create, mode);
  try {
    demandRegular(file, options, fstatSync(descriptor));
    const head = new Uint8Array(64);
    const start = head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    if (start.length === 0 || over(start)) return descriptor;
    throw usageError(`${file} ${refusal}`, advice);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function demandRegular(file: string, options: OutputFileOptions, status: Stats | undefined): void {
  const reason = status === undefined ? null : notRegular(status);
  if (reason !== null) throw unwritable(file, options, reason);
}

function attempt<T>(file: string, { what }: OutputFileOptions, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asUsageError(error, `${what} ${file} cannot be written`);
  }
}

function unwritable(file: string, { what }: OutputFileOptions, reason: string): Error {
  return usageError(`${what} ${file} cannot be written: ${reason}`);
}

/** An error of the file system as a usage error; any other goes through as it is. */
export function asUsageError(error: unknown, what: string): unknown {
  const reason = systemReason(error);
  return reason === null ? error : usageError(`${what}: ${reason}`);
}
