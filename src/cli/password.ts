import { transcode } from 'node:buffer';
import { readSync } from 'node:fs';
import { readFileBytes } from '../bytes/input-file.ts';
import { usageError } from './exit.ts';
import { asUsageError } from './files.ts';

/** Where a password comes from: never from the command line, which every user of the machine can read. */
export interface PasswordOptions {
  readonly passwordFile?: string | undefined;
  readonly passwordStdin?: true | undefined;
}

export const PASSWORD_VARIABLE = 'CLUSRPC_PASSWORD';
const LARGEST = 1_024;
const FILE = { what: 'the password file', advice: 'A password out of a pipe is read with --password-stdin.' };

/** In UTF-16LE; files hold UTF-8, and one end of line behind the password does not belong to it. */
export function readPassword({ passwordFile, passwordStdin }: PasswordOptions): Uint8Array {
  if (passwordFile !== undefined && passwordStdin === true) throw usageError('--password-file or --password-stdin?');
  if (passwordStdin === true) return fromUtf8(readStdin());
  if (passwordFile !== undefined) return fromUtf8(Buffer.from(readFileBytes(passwordFile, LARGEST, FILE)));
  const { [PASSWORD_VARIABLE]: variable } = process.env;
  if (variable === undefined)
    throw usageError('which password?', `Give ${PASSWORD_VARIABLE}, --password-file or --password-stdin.`);
  return Buffer.from(variable, 'utf16le');
}

function fromUtf8(bytes: Buffer): Uint8Array {
  const text = bytes.subarray(0, bytes.length - endOfLine(bytes));
  const password = transcode(text, 'utf8', 'utf16le');
  bytes.fill(0);
  return password;
}

function endOfLine(bytes: Uint8Array): number {
  if (bytes.at(-1) !== 0x0a) return 0;
  return bytes.at(-2) === 0x0d ? 2 : 1;
}

/** Standard input may be closed, or somebody else's that does not wait. */
function readSome(buffer: Buffer, at: number): number {
  try {
    return readSync(0, buffer, at, buffer.length - at, null);
  } catch (error) {
    throw asUsageError(error, 'no password can be read from standard input');
  }
}

function readStdin(): Buffer {
  const buffer = Buffer.alloc(LARGEST + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSome(buffer, filled);
    if (read === 0) break;
    filled += read;
  }
  if (filled > LARGEST) throw usageError(`the password on standard input has more than ${LARGEST} bytes`);
  return buffer.subarray(0, filled);
}
