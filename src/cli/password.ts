import { transcode } from 'node:buffer';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readFileBytes } from '../bytes/input-file.ts';
import type { CliWorld } from './context.ts';
import { usageError } from './exit.ts';
import { untilAborted } from './files.ts';

/** Where a password comes from: never from the command line, which every user of the machine can read. */
export interface PasswordOptions {
  readonly passwordFile?: string | undefined;
  readonly passwordStdin?: true | undefined;
}

export const PASSWORD_VARIABLE = 'CLUSRPC_PASSWORD';
const LARGEST = 1_024;
/** What editors of Windows begin UTF-8 with. */
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const FILE = { what: 'the password file', advice: 'A password out of a pipe is read with --password-stdin.' };

/** What every command says after its `--user` or name. */
export function withPasswordOptions<C extends CommandUnknownOpts>(command: C): C {
  return command
    .option('--password-file <file>', 'or from this file')
    .option('--password-stdin', 'or from standard input') as C;
}

/** In UTF-16LE; files hold UTF-8, and one end of line behind the password does not belong to it. */
export async function readPassword(
  world: CliWorld,
  { passwordFile, passwordStdin }: PasswordOptions,
): Promise<Uint8Array> {
  if (passwordFile !== undefined && passwordStdin === true) throw usageError('--password-file or --password-stdin?');
  if (passwordStdin === true) return fromUtf8(await readStdin(world));
  if (passwordFile !== undefined) return fromUtf8(Buffer.from(readFileBytes(passwordFile, LARGEST, FILE)));
  const variable = world.env[PASSWORD_VARIABLE];
  if (variable === undefined)
    throw usageError('which password?', `Give ${PASSWORD_VARIABLE}, --password-file or --password-stdin.`);
  return Buffer.from(variable, 'utf16le');
}

function fromUtf8(bytes: Buffer): Uint8Array {
  const text = bytes.subarray(bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0, bytes.length - endOfLine(bytes));
  try {
    return transcode(text, 'utf8', 'utf16le');
  } catch {
    throw usageError('the password is not UTF-8', 'Save it as UTF-8.');
  } finally {
    bytes.fill(0);
  }
}

function endOfLine(bytes: Uint8Array): number {
  if (bytes.at(-1) !== 0x0a) return 0;
  return bytes.at(-2) === 0x0d ? 2 : 1;
}

/** Nothing of it stays in the memory that it came through. */
async function readStdin({ stdin, signal }: CliWorld): Promise<Buffer> {
  const buffer = Buffer.alloc(LARGEST);
  let filled = 0;
  for await (const chunk of untilAborted(stdin, signal, 'the password on standard input')) {
    if (filled + chunk.length > LARGEST)
      throw usageError(`the password on standard input has more than ${LARGEST} bytes`);
    buffer.set(chunk, filled);
    filled += chunk.length;
    chunk.fill(0);
  }
  signal.throwIfAborted();
  return buffer.subarray(0, filled);
}
