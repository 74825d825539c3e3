import { Reader } from '../../bytes/reader.ts';
import { fromUtf16, toUtf16 } from '../../bytes/utf16.ts';
import { Writer } from '../../bytes/writer.ts';
import { RemoteProtocolError } from '../../status/errors.ts';

/** CLUSPROP_FORMAT_* of the values that property lists hold ([MS-CMRP] 2.2.3.10). */
const FORMATS = {
  binary: 1,
  dword: 2,
  sz: 3,
  expandSz: 4,
  multiSz: 5,
  ulargeInteger: 6,
  long: 7,
  expandedSz: 8,
  securityDescriptor: 9,
};

/** CLUSPROP_SYNTAX_* of a name and of the end; of a value: CLUSPROP_TYPE_LIST_VALUE with the format below. */
const SYNTAX_NAME = 0x00040003;
const SYNTAX_END = 0;
const TYPE_LIST_VALUE = 0x0001;

/** A value by its format; bytes where the format is not known. */
export type PropertyValue = string | number | bigint | readonly string[] | Uint8Array;

/** One entry of a PROPERTY_LIST ([MS-CMRP] 2.2.3.10). */
export interface Property {
  readonly name: string;
  /** A property of several values has them all; an empty list is one without any. */
  readonly values: readonly PropertyValue[];
}

/** A PROPERTY_LIST ([MS-CMRP] 2.2.3.10): little-endian whatever the stub is. Throws RemoteProtocolError. */
export function decodePropertyList(bytes: Uint8Array): readonly Property[] {
  const reader = new Reader(bytes, true);
  const count = reader.u32();
  const properties: Property[] = [];
  for (let i = 0; i < count; i++) {
    const name = entry(reader);
    if (name.syntax !== SYNTAX_NAME) throw broken(`a property begins with syntax 0x${name.syntax.toString(16)}`);
    properties.push({ name: text(name.bytes), values: readValues(reader) });
  }
  return properties;
}

export function encodePropertyList(properties: readonly Property[]): Uint8Array {
  const writer = new Writer(true);
  writer.u32(properties.length);
  for (const { name, values } of properties) {
    writeEntry(writer, SYNTAX_NAME, terminated(name));
    for (const value of values) {
      const { format, bytes } = encodeValue(value);
      writeEntry(writer, ((TYPE_LIST_VALUE << 16) | format) >>> 0, bytes);
    }
    writer.u32(SYNTAX_END);
  }
  return writer.finish().slice();
}

function readValues(reader: Reader): PropertyValue[] {
  const values: PropertyValue[] = [];
  for (;;) {
    const syntax = reader.u32();
    if (syntax === SYNTAX_END) return values;
    if (syntax === SYNTAX_NAME) throw broken('a property has no end mark');
    values.push(decodeValue(syntax & 0xffff, body(reader)));
  }
}

function entry(reader: Reader): { readonly syntax: number; readonly bytes: Uint8Array } {
  return { syntax: reader.u32(), bytes: body(reader) };
}

/** A length in bytes, as many bytes, and padding to a multiple of 4. */
function body(reader: Reader): Uint8Array {
  const bytes = reader.take(reader.u32());
  if (reader.remaining > 0) reader.take(Math.min(reader.remaining, -bytes.length & 3));
  return bytes;
}

function writeEntry(writer: Writer, syntax: number, bytes: Uint8Array): void {
  writer.u32(syntax).u32(bytes.length).bytes(bytes).align(4);
}

function decodeValue(format: number, bytes: Uint8Array): PropertyValue {
  const reader = new Reader(bytes, true);
  switch (format) {
    case FORMATS.dword:
      return reader.u32();
    case FORMATS.long:
      return reader.u32() | 0;
    case FORMATS.ulargeInteger:
      return reader.u64();
    case FORMATS.sz:
    case FORMATS.expandSz:
    case FORMATS.expandedSz:
      return text(bytes);
    case FORMATS.multiSz:
      return fromUtf16(even(bytes))
        .split('\0')
        .filter((each) => each !== '');
    default:
      return bytes.slice();
  }
}

function encodeValue(value: PropertyValue): { readonly format: number; readonly bytes: Uint8Array } {
  if (typeof value === 'string') return { format: FORMATS.sz, bytes: terminated(value) };
  if (typeof value === 'number') {
    return { format: value < 0 ? FORMATS.long : FORMATS.dword, bytes: new Writer(true).u32(value >>> 0).finish() };
  }
  if (typeof value === 'bigint') return { format: FORMATS.ulargeInteger, bytes: new Writer(true).u64(value).finish() };
  if (value instanceof Uint8Array) return { format: FORMATS.binary, bytes: value };
  return { format: FORMATS.multiSz, bytes: toUtf16(`${value.map((each) => `${each}\0`).join('')}\0`) };
}

function terminated(value: string): Uint8Array {
  return toUtf16(`${value}\0`);
}

function text(bytes: Uint8Array): string {
  return fromUtf16(even(bytes)).split('\0')[0] ?? '';
}

function even(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length & ~1);
}

function broken(message: string): RemoteProtocolError {
  return new RemoteProtocolError(`a property list: ${message}`);
}
