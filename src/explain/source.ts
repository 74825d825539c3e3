import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openInput, systemReason, withFile } from '../bytes/input-file.ts';
import { CaptureReader, isCapture } from '../capture/capture-reader.ts';
import { decompressed } from '../capture/compression.ts';
import { foreignFormat } from '../capture/foreign-formats.ts';
import { isClusError, LocalMisuseError } from '../status/errors.ts';

/**
 * The name of a file or of a folder, several of them, as of a ring buffer (dumpcap -b, tcpdump -C), the bytes of a file, or chunks of
 * them as a pipe brings them. Files may be compressed by gzip or zstd; those of one capture are read in the order of their first packets.
 */
export type CaptureSource = string | readonly string[] | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface CaptureFile {
  /** null for bytes and pipes. */
  readonly name: string | null;
  /** Bytes on disk; null: nobody knows. */
  readonly size: number | null;
  readonly chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const CHUNK_BYTES = 1024 * 1024;
/** What the formats of a file are told by. */
const HEAD_BYTES = 256;

/** Rejects with LocalMisuseError (ERR_CLUSRPC_INVALID_INPUT) for names that cannot be read and for a folder without a capture. */
export async function captureFiles(source: CaptureSource): Promise<readonly CaptureFile[]> {
  const names = typeof source === 'string' ? [source] : isNames(source) ? source : null;
  if (names === null) {
    const chunks = source as Exclude<CaptureSource, string | readonly string[]>;
    return [{ name: null, size: null, chunks: () => (chunks instanceof Uint8Array ? [chunks] : chunks) }];
  }
  const files = names.flatMap(filesOf);
  return files.length > 1 ? inOrder(files) : files;
}

function isNames(source: CaptureSource): source is readonly string[] {
  return Array.isArray(source) && source.length > 0 && source.every((each) => typeof each === 'string');
}

function filesOf(name: string): readonly CaptureFile[] {
  const status = statSync(name, { throwIfNoEntry: false });
  if (status?.isDirectory() !== true) return [fileOf(name, status?.size ?? null)];
  let names: readonly string[];
  try {
    names = readdirSync(name).sort();
  } catch (error) {
    throw unreadable(name, error);
  }
  const files = names
    .map((entry) => join(name, entry))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true && mayBeCapture(path));
  if (files.length === 0) {
    throw new LocalMisuseError(`there is no capture in the folder ${name}`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      advice: 'Name a folder that has pcap or pcapng files in it, or the files.',
    });
  }
  return files.map((path) => fileOf(path, statSync(path).size));
}

/** Another file that lies beside the captures is none of them; one that is packed in another way is, and its tool is named when it is read. */
function mayBeCapture(path: string): boolean {
  return withFile(path, (file) => {
    const head = file.read(0, HEAD_BYTES);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    return isCapture(head) || foreignFormat(view) !== null;
  });
}

function fileOf(name: string, size: number | null): CaptureFile {
  return { name, size, chunks: () => fileChunks(name) };
}

/** By the first packet of each; files without one keep their place behind. */
async function inOrder(files: readonly CaptureFile[]): Promise<readonly CaptureFile[]> {
  const timed: { readonly file: CaptureFile; readonly ms: number }[] = [];
  for (const file of files) timed.push({ file, ms: await firstPacketMs(file) });
  return timed.sort((a, b) => (a.ms === b.ms ? 0 : a.ms - b.ms)).map(({ file }) => file);
}

async function firstPacketMs({ chunks }: CaptureFile): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  const reader = new CaptureReader(({ seconds, nanoseconds }) => {
    first = Math.min(first, seconds * 1000 + nanoseconds / 1e6);
  });
  try {
    for await (const chunk of decompressed(chunks())) {
      reader.push(chunk);
      if (first < Number.POSITIVE_INFINITY) break;
    }
  } catch (error) {
    // It is told when the file is read.
    if (!isClusError(error)) throw error;
  }
  return first;
}

async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  const fd = openInput(file, {
    what: 'the capture',
    advice: 'Read a pipe as a stream; the command reads one named -.',
  });
  try {
    for await (const chunk of createReadStream(file, { fd, highWaterMark: CHUNK_BYTES })) yield chunk as Uint8Array;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): unknown {
  const reason = systemReason(cause);
  if (reason === null) return cause;
  return new LocalMisuseError(`the capture ${file} cannot be read: ${reason}`, {
    code: 'ERR_CLUSRPC_INVALID_INPUT',
    cause,
  });
}
