import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { isClusError } from '../status/errors.ts';
import { invalidCapture } from './packet.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What the longest of the magic numbers needs. */
const MAGIC_BYTES = 4;
const GZIP = 0x1f8b;
const ZSTD = 0x28b52ffd;

/** Missing in Node.js before 22.15. */
const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: () => Transform };

/**
 * The bytes of a capture that may be compressed by gzip (RFC 1952) or zstd (RFC 8878), unpacked as they come; others as they are. Throws
 * RemoteProtocolError (ERR_CLUSRPC_INVALID_INPUT) where the packed data are damaged or cut, after all that could be unpacked.
 */
export async function* decompressed(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const source = asAsync(chunks);
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < MAGIC_BYTES) {
    const { value, done } = await source.next();
    if (done === true) break;
    first.push(value);
    size += value.length;
  }
  const unpack = unpackerOf(Buffer.concat(first));
  const all = withFirst(first, source);
  if (unpack === null) yield* all;
  else yield* unpacked(unpack, all);
}

interface Unpacker {
  readonly name: string;
  readonly stream: Transform;
}

function unpackerOf(bytes: Buffer): Unpacker | null {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === GZIP) return { name: 'gzip', stream: zlib.createGunzip() };
  if (bytes.length < MAGIC_BYTES || bytes.readUInt32BE(0) !== ZSTD) return null;
  if (createZstdDecompress !== undefined) return { name: 'zstd', stream: createZstdDecompress() };
  throw invalidCapture(
    `it is compressed by zstd, which Node.js ${process.versions.node} cannot unpack`,
    0,
    'Unpack it by zstd -d, or use Node.js 22.15 or later.',
  );
}

async function* unpacked({ name, stream }: Unpacker, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  pipeline(Readable.from(chunks), stream, () => {
    // An error is thrown to who reads the stream.
  });
  try {
    for await (const chunk of stream) {
      bytes += (chunk as Uint8Array).length;
      yield chunk as Uint8Array;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isClusError(error) || typeof code !== 'string' || !/^(?:Z_|ZSTD_)/.test(code)) throw error;
    const what = code === 'Z_BUF_ERROR' ? 'end too early' : 'are damaged';
    throw invalidCapture(`the data packed by ${name} ${what}, after ${bytes} bytes of capture`, bytes);
  }
}

async function* withFirst(first: readonly Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

async function* asAsync(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
