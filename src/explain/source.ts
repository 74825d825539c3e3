import { createReadStream } from 'node:fs';
import { openInput, systemReason } from '../bytes/input-file.ts';
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
  const fd = openInput(file, {
    what: 'the capture',
    advice: 'Read a pipe as a stream; the command reads one named -.',
  });
  try {
    for await (const chunk of createReadStream(file, { fd, highWaterMark: CHUNK_BYTES })) yield chunk as Uint8Array;
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === null) throw cause;
    throw new LocalMisuseError(`the capture ${file} cannot be read: ${reason}`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      cause,
    });
  }
}
