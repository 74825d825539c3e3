import { createReadStream } from 'node:fs';
import { LocalMisuseError } from '../status/errors.ts';

/** The name of a file, the bytes of one, or chunks of them as a pipe brings them. */
export type CaptureSource = string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const CHUNK_BYTES = 1024 * 1024;

export function chunksOf(source: CaptureSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof source === 'string') return fileChunks(source);
  return source instanceof Uint8Array ? [source] : source;
}

/** Throws LocalMisuseError with code ERR_CLUSRPC_INVALID_INPUT for a file that cannot be read. */
async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) yield chunk as Uint8Array;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof Error) || code === undefined || !('syscall' in error)) throw error;
    const reason = REASONS[code] ?? code;
    throw new LocalMisuseError(`the capture ${file} cannot be read: ${reason}`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};
