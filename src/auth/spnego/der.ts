import { RemoteProtocolError } from '../../status/errors.ts';

/** Tags of DER (X.690 8.1.2) that SPNEGO needs. */
export const TAG = {
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  application: 0x60,
  /** Add the number: [0], [1] and so on, constructed. */
  context: 0xa0,
} as const;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** Longest length field: nothing here has 4 GiB. */
const LENGTH_BYTES = 3;

export function encodeElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, each) => sum + each.length, 0);
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag, ...encodeLength(length)), ...contents]));
}

function encodeLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes = [length & 0xff];
  for (let rest = length >>> 8; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

/** The first element of `bytes`. Throws RemoteProtocolError when it is none, or longer than they are. */
export function decodeElement(bytes: Uint8Array): Element {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new RemoteProtocolError('a DER element without a length');
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || extra > LENGTH_BYTES) throw new RemoteProtocolError('a DER element of no length that can be');
  const start = 2 + extra;
  const length = extra === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = start + length;
  if (end > bytes.length) throw new RemoteProtocolError(`a DER element of ${end} bytes in ${bytes.length}`);
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}

/** The elements that an element consists of. Throws RemoteProtocolError. */
export function* elementsOf(content: Uint8Array): Generator<Element> {
  for (let rest = content; rest.length > 0; ) {
    const element = decodeElement(rest);
    yield element;
    rest = rest.subarray(element.whole.length);
  }
}

/** The content of the one element in there. Throws RemoteProtocolError when it has another tag. */
export function contentOf(bytes: Uint8Array, tag: number): Uint8Array {
  const element = decodeElement(bytes);
  if (element.tag !== tag) throw new RemoteProtocolError(`a DER element with tag ${element.tag}, not ${tag}`);
  return element.content;
}
