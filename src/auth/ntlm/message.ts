import { Reader } from '../../bytes/reader.ts';
import { fromUtf16, toUtf16 } from '../../bytes/utf16.ts';
import { Writer } from '../../bytes/writer.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { hasFlag } from './flags.ts';

const SIGNATURE = Uint8Array.from([0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00]);

export const MESSAGE_TYPE = { negotiate: 0x00000001, challenge: 0x00000002, authenticate: 0x00000003 } as const;

export type MessageType = keyof typeof MESSAGE_TYPE;

/** VERSION ([MS-NLMP] 2.2.2.10): for debugging, nothing depends on it. */
export interface NtlmVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** 0x0f since Windows Server 2003. */
  readonly revision: number;
}

/** Reads what every message begins with, "NTLMSSP\0" and a type. Throws RemoteProtocolError when it is another. */
export function openMessage(bytes: Uint8Array, type: MessageType): Reader {
  const reader = new Reader(bytes);
  const signature = reader.take(SIGNATURE.length);
  if (!SIGNATURE.every((byte, i) => byte === signature[i])) throw new RemoteProtocolError('not an NTLMSSP message');
  const found = reader.u32();
  if (found !== MESSAGE_TYPE[type]) throw new RemoteProtocolError(`an NTLMSSP message of type ${found}, not ${type}`);
  return reader;
}

/** Length, room and offset of a field, and the bytes that they point to: a view. */
export function readField(reader: Reader): Uint8Array {
  const length = reader.u16();
  reader.skip(2);
  const offset = reader.u32();
  if (length === 0) return new Uint8Array(0);
  if (offset + length > reader.bytes.length)
    throw new RemoteProtocolError(`an NTLMSSP field of ${length} bytes at ${offset} of ${reader.bytes.length}`);
  return reader.bytes.subarray(offset, offset + length);
}

export function readVersion(reader: Reader): NtlmVersion {
  const [major, minor, build] = [reader.u8(), reader.u8(), reader.u16()];
  reader.skip(3);
  return { major, minor, build, revision: reader.u8() };
}

function writeVersion(writer: Writer, version: NtlmVersion | null): void {
  if (version === null) writer.zeros(8);
  else writer.u8(version.major).u8(version.minor).u16(version.build).zeros(3).u8(version.revision);
}

/** Writes a message of a fixed part and the fields that it points to, behind it in the order of `payload`. */
export class MessageWriter {
  readonly #writer = new Writer();
  readonly #offsets = new Map<Uint8Array, number>();
  readonly #payload: readonly Uint8Array[];

  constructor(type: MessageType, fixedLength: number, payload: readonly Uint8Array[]) {
    this.#payload = payload;
    let offset = fixedLength;
    for (const field of payload) {
      this.#offsets.set(field, offset);
      offset += field.length;
    }
    this.#writer.bytes(SIGNATURE).u32(MESSAGE_TYPE[type]);
  }

  field(field: Uint8Array): this {
    this.#writer
      .u16(field.length)
      .u16(field.length)
      .u32(this.#offsets.get(field) ?? 0);
    return this;
  }

  u32(value: number): this {
    this.#writer.u32(value);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#writer.bytes(value);
    return this;
  }

  version(version: NtlmVersion | null): this {
    writeVersion(this.#writer, version);
    return this;
  }

  finish(): Uint8Array {
    for (const field of this.#payload) this.#writer.bytes(field);
    return this.#writer.finish().slice();
  }
}

/** UTF-16LE, or one byte a character where OEM was agreed (characters of ISO 8859-1: code pages are unknown). */
export function encodeText(text: string, flags: number): Uint8Array {
  return hasFlag(flags, 'UNICODE') ? toUtf16(text) : Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
}

export function decodeText(bytes: Uint8Array, flags: number): string {
  return hasFlag(flags, 'UNICODE') ? fromUtf16(bytes) : String.fromCharCode(...bytes);
}
