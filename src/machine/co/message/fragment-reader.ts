import { CO_HEADER_SIZE, type DecodedCoHeader, decodeHeader } from '../../../pdu/co/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';

export interface Fragment {
  readonly head: DecodedCoHeader;
  /** Exactly the PDU: a view of the chunk where it came in one. */
  readonly bytes: Uint8Array;
}

/** Cuts a stream into PDUs, whatever the sizes of its chunks. */
export class FragmentReader {
  /** What has come of the next fragment; as long as the fragment will be once its header is there. */
  #partial: Uint8Array = new Uint8Array(CO_HEADER_SIZE);
  #filled = 0;
  #head: DecodedCoHeader | null = null;
  #chunk: Uint8Array = new Uint8Array(0);

  /** Bytes that wait for the rest of their fragment. */
  get held(): number {
    return this.#filled;
  }

  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
  }

  /**
   * The next whole fragment; null: another chunk is needed. Throws RemoteProtocolError for a header that cannot be, or a
   * fragment that is longer than `limit` says of its head.
   */
  next(limit: (head: DecodedCoHeader) => number): Fragment | null {
    return this.#filled === 0 ? this.#fromChunk(limit) : this.#completed(limit);
  }

  #fromChunk(limit: (head: DecodedCoHeader) => number): Fragment | null {
    const chunk = this.#chunk;
    if (chunk.length < CO_HEADER_SIZE) return this.#keep();
    const head = checked(decodeHeader(chunk), limit);
    if (chunk.length < head.fragLength) return this.#keep(head);
    this.#chunk = chunk.subarray(head.fragLength);
    return { head, bytes: chunk.subarray(0, head.fragLength) };
  }

  /** The chunk has the beginning of a fragment, or nothing. */
  #keep(head: DecodedCoHeader | null = null): null {
    this.#head = head;
    this.#partial = new Uint8Array(head?.fragLength ?? CO_HEADER_SIZE);
    this.#fill();
    return null;
  }

  #completed(limit: (head: DecodedCoHeader) => number): Fragment | null {
    this.#fill();
    if (this.#filled < this.#partial.length) return null;
    if (this.#head === null) {
      const begun = this.#partial;
      this.#head = checked(decodeHeader(begun), limit);
      this.#partial = new Uint8Array(this.#head.fragLength);
      this.#partial.set(begun);
      this.#fill();
      if (this.#filled < this.#partial.length) return null;
    }
    const fragment = { head: this.#head, bytes: this.#partial };
    this.#head = null;
    this.#filled = 0;
    return fragment;
  }

  #fill(): void {
    const taken = this.#chunk.subarray(0, this.#partial.length - this.#filled);
    this.#partial.set(taken, this.#filled);
    this.#filled += taken.length;
    this.#chunk = this.#chunk.subarray(taken.length);
  }
}

function checked(head: DecodedCoHeader, limit: (head: DecodedCoHeader) => number): DecodedCoHeader {
  const most = limit(head);
  if (head.fragLength > most)
    throw new RemoteProtocolError(`a ${head.type} of ${head.fragLength} bytes, ${most} were agreed`);
  return head;
}
