import { RemoteProtocolError } from '../status/errors.ts';

/** Positioned reads of something that need not be in memory: a file, a buffer, a file with a log laid over it. */
export interface RandomAccess {
  /** Length in bytes. */
  readonly size: number;
  /**
   * At most `length` bytes from `offset` on; fewer, or none, where the end comes first. The caller does not write into them.
   * `into`, of `length` bytes or more, may be filled and returned in part, so that a cache can use its buffers again.
   */
  read(offset: number, length: number, into?: Uint8Array): Uint8Array;
}

export function memoryAccess(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/**
 * Keeps the last `pages` pages of `pageSize` bytes, so that many small reads become few large ones while memory stays
 * bounded: 1 MiB with the defaults. A read longer than a page goes past the cache.
 */
export function pagedAccess(source: RandomAccess, pageSize = 16_384, pages = 64): RandomAccess {
  const kept = new Map<number, { buffer: Uint8Array; bytes: Uint8Array }>();
  const page = (index: number): Uint8Array => {
    let entry = kept.get(index);
    if (entry === undefined) {
      const buffer = kept.size < pages ? new Uint8Array(pageSize) : oldest(kept).buffer;
      entry = { buffer, bytes: source.read(index * pageSize, pageSize, buffer) };
    } else kept.delete(index);
    kept.set(index, entry);
    return entry.bytes;
  };
  return {
    size: source.size,
    read(offset, length) {
      if (length > pageSize) return source.read(offset, length);
      const first = Math.floor(offset / pageSize);
      const within = offset - first * pageSize;
      const head = page(first).slice(within, within + length);
      if (within + length <= pageSize) return head;
      const tail = page(first + 1).subarray(0, length - head.length);
      const joined = new Uint8Array(head.length + tail.length);
      joined.set(head);
      joined.set(tail, head.length);
      return joined;
    },
  };
}

/** Takes the entry that was used longest ago out of the map, which keeps the order of use. */
function oldest<T>(kept: Map<number, T>): T {
  const [index, entry] = kept.entries().next().value as [number, T];
  kept.delete(index);
  return entry;
}

/** All of the bytes or RemoteProtocolError with code ERR_CLUSRPC_TOO_SHORT, which names the offset and `what` was wanted there. */
export function readExactly(source: RandomAccess, offset: number, length: number, what: string): Uint8Array {
  if (offset >= 0 && offset + length <= source.size) {
    const bytes = source.read(offset, length);
    if (bytes.length === length) return bytes;
  }
  throw new RemoteProtocolError(
    `${what}: ${length} bytes wanted at offset ${offsetText(offset)}, the file has ${source.size} bytes`,
    { code: 'ERR_CLUSRPC_TOO_SHORT' },
  );
}

/** A broken rule of a file format, with the place where it was seen. */
export function formatError(offset: number, reason: string): RemoteProtocolError {
  return new RemoteProtocolError(`offset ${offsetText(offset)}: ${reason}`);
}

function offsetText(offset: number): string {
  return offset < 0 ? String(offset) : `0x${offset.toString(16)}`;
}
