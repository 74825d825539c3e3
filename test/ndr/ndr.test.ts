import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { Reader } from '../../src/bytes/reader.ts';
import { uuid, uuidText } from '../../src/bytes/uuid.ts';
import { Writer } from '../../src/bytes/writer.ts';
import {
  readConformance,
  readConformantBytes,
  readExtent,
  readVariance,
  writeConformantBytes,
} from '../../src/ndr/array.ts';
import {
  contextHandleKey,
  isNilContextHandle,
  NIL_CONTEXT_HANDLE,
  readContextHandle,
  writeContextHandle,
} from '../../src/ndr/context-handle.ts';
import { FullPointees, ReferentIds, readPointer, writePointer, writeReferent } from '../../src/ndr/pointer.ts';
import { readU16, readU32, readUuid, writeU16, writeU32, writeUuid } from '../../src/ndr/scalar.ts';
import {
  readConformantVaryingString,
  readVaryingString,
  readWideString,
  writeConformantVaryingString,
  writeVaryingString,
  writeWideString,
} from '../../src/ndr/string.ts';
import { NDR } from '../../src/ndr/syntax.ts';
import { LocalMisuseError, RemoteProtocolError } from '../../src/status/errors.ts';
import { littleEndians, units } from '../interface/arbitraries.ts';

function written(write: (writer: Writer) => void, littleEndian = true): string {
  const writer = new Writer(littleEndian);
  write(writer);
  return toHex(writer.finish());
}

const reading = (hex: string, littleEndian = true): Reader => new Reader(fromHex(hex), littleEndian);

describe('scalars', () => {
  test('a value is aligned to its own size', () => {
    const writer = new Writer().u8(0xaa);
    writeU16(writer, 0x1122);
    writer.u8(0xbb);
    writeU32(writer, 0x33445566);
    expect(toHex(writer.finish())).toBe('aa002211bb00000066554433');
    const reader = new Reader(writer.finish());
    expect([reader.u8(), readU16(reader), reader.u8(), readU32(reader)]).toEqual([0xaa, 0x1122, 0xbb, 0x33445566]);
  });

  test('a UUID has the byte order of the stub in its first three fields only', () => {
    const value = uuid('b97db8b2-4c63-11cf-bff6-08002be23f2f');
    expect(written((writer) => writeUuid(writer, value))).toBe('b2b87db9634ccf11bff608002be23f2f');
    expect(written((writer) => writeUuid(writer, value), false)).toBe('b97db8b24c6311cfbff608002be23f2f');
    expect(uuidText(readUuid(reading('b97db8b24c6311cfbff608002be23f2f', false)))).toBe(uuidText(value));
  });

  test('a UUID that was read does not change with the datagram', () => {
    const datagram = fromHex('b2b87db9634ccf11bff608002be23f2f');
    const value = readUuid(new Reader(datagram));
    datagram.fill(0);
    expect(uuidText(value)).toBe('b97db8b2-4c63-11cf-bff6-08002be23f2f');
  });

  test('the transfer syntax is NDR 2.0', () => {
    expect(uuidText(NDR.uuid)).toBe('8a885d04-1ceb-11c9-9fe8-08002b104860');
    expect(NDR.version).toEqual({ major: 2, minor: 0 });
  });
});

describe('pointers', () => {
  test('referent ids are those of Windows', () => {
    const ids = new ReferentIds();
    expect([ids.next(), ids.next(), ids.next()]).toEqual([0x20000, 0x20004, 0x20008]);
  });

  test('a null pointer is a zero and nothing else, and takes no id', () => {
    const ids = new ReferentIds();
    expect(
      written((writer) => {
        writePointer(writer, ids, null, writeU32);
        writePointer(writer, ids, 5, writeU32);
        writeReferent(writer, ids, null);
        writeReferent(writer, ids, 'something');
      }),
    ).toBe('00000000 00000200 05000000 00000000 04000200'.replaceAll(' ', ''));
    expect(readPointer(reading('00000000'), readU32)).toBeNull();
    expect(readPointer(reading('0100000005000000'), readU32)).toBe(5);
  });

  test('a full pointer with a known id is not followed by its pointee again', () => {
    const pointees = new FullPointees<number>();
    const reader = reading('07000000 08000000');
    const values = [3, 0, 3, 4].map((referent) => pointees.read(reader, referent, readU32));
    expect(values).toEqual([7, null, 7, 8]);
    expect(reader.remaining).toBe(0);
  });
});

describe('strings', () => {
  test('a wide string counts its terminator', () => {
    const hex = '06000000 00000000 06000000 4e004f00 44004500 31000000'.replaceAll(' ', '');
    expect(written((writer) => writeWideString(writer, 'NODE1'))).toBe(hex);
    expect(readWideString(reading(hex))).toBe('NODE1');
  });

  test('a big-endian wide string has big-endian units', () => {
    const hex = '00000003000000000000000320ac00410000';
    expect(written((writer) => writeWideString(writer, '€A'), false)).toBe(hex);
    expect(readWideString(reading(hex, false))).toBe('€A');
  });

  test('a wide string ends at its first NUL, or at its count', () => {
    expect(readWideString(reading('05000000 00000000 05000000 4100 0000 4200 0000 0000'))).toBe('A');
    expect(readWideString(reading('02000000 00000000 02000000 4100 4200'))).toBe('AB');
    expect(readWideString(reading('00000000 00000000 00000000'))).toBe('');
  });

  test('a wide string with more units than it has room for is refused', () => {
    expect(() => readWideString(reading('01000000 00000000 02000000 41000000'))).toThrow(RemoteProtocolError);
  });

  test('a varying string is one byte a character', () => {
    const hex = '0000000004000000e9626300';
    expect(written((writer) => writeVaryingString(writer, 'ébc', 4))).toBe(hex);
    expect(readVaryingString(reading(hex))).toBe('ébc');
  });

  test('a conformant varying string keeps the room that it claims', () => {
    const hex = '001000000000000003000000616200';
    expect(written((writer) => writeConformantVaryingString(writer, 'ab', 0x1000))).toBe(hex);
    expect(readConformantVaryingString(reading(hex))).toEqual({ maxCount: 0x1000, text: 'ab' });
  });

  test('a text that no string can hold is a misuse', () => {
    expect(() => writeWideString(new Writer(), 'A\0B')).toThrow(LocalMisuseError);
    expect(() => writeVaryingString(new Writer(), 'abcd', 4)).toThrow(LocalMisuseError);
    expect(() => writeVaryingString(new Writer(), '€', 64)).toThrow(LocalMisuseError);
    expect(() => writeVaryingString(new Writer(), 'a\0b', 64)).toThrow(LocalMisuseError);
  });

  test('every text of UTF-16 units survives, unpaired surrogates too', () => {
    fc.assert(
      fc.property(units, fc.boolean(), (text, littleEndian) => {
        const writer = new Writer(littleEndian);
        writeWideString(writer, text);
        expect(readWideString(new Reader(writer.finish(), littleEndian))).toBe(text);
      }),
    );
  });
});

describe('arrays', () => {
  test('conformant bytes carry their count', () => {
    expect(written((writer) => writeConformantBytes(writer, Uint8Array.of(1, 2, 3)))).toBe('03000000010203');
    expect(readConformantBytes(reading('03000000010203'))).toEqual(Uint8Array.of(1, 2, 3));
  });

  test.each([
    ['conformance', (reader: Reader) => readConformance(reader, 4), 'ffffffff'],
    ['variance', (reader: Reader) => readVariance(reader, 1), '00000000 ffffffff'],
    ['extent', (reader: Reader) => readExtent(reader, 2), 'ffffffff 00000000 ffffffff'],
    ['bytes', readConformantBytes, 'ffffffff'],
    ['wide string', readWideString, 'ffffffff 00000000 ffffffff'],
    ['varying string', readVaryingString, '00000000 ffffffff'],
  ])('a count of 0xffffffff is refused before anything is allocated: %s', (_, read, hex) => {
    expect(() => read(reading(`${hex} 0102030405060708`))).toThrow(
      expect.objectContaining({ name: 'RemoteProtocolError', code: 'ERR_CLUSRPC_TOO_SHORT' }),
    );
  });

  test('one element more than the bytes hold is refused, as many as they hold are read', () => {
    expect(readConformance(reading('02000000 0000000000000000'), 4)).toBe(2);
    expect(() => readConformance(reading('03000000 0000000000000000'), 4)).toThrow(RemoteProtocolError);
  });

  test('a claimed room of 0xffffffff costs nothing', () => {
    expect(readExtent(reading('ffffffff 00000000 01000000 61'), 1)).toEqual({ maxCount: 0xffffffff, count: 1 });
  });

  test('an array that does not begin at element 0 is refused', () => {
    expect(() => readVariance(reading('01000000 01000000 6100'), 1)).toThrow(RemoteProtocolError);
  });
});

describe('context handles', () => {
  const handle = { attributes: 1, uuid: uuid('deadbeef-0102-0304-0506-0708090a0b0c') };

  test('a handle is 20 bytes in either byte order', () => {
    const encodings = littleEndians.map((littleEndian) =>
      written((writer) => writeContextHandle(writer, handle), littleEndian),
    );
    expect(encodings).toEqual(['01000000efbeadde0201040305060708090a0b0c', '00000001deadbeef0102030405060708090a0b0c']);
    for (const [i, hex] of encodings.entries()) {
      expect(readContextHandle(reading(hex, i === 0))).toEqual(handle);
    }
  });

  test('a handle is nil when its UUID is', () => {
    expect(isNilContextHandle(NIL_CONTEXT_HANDLE)).toBe(true);
    expect(isNilContextHandle(handle)).toBe(false);
    expect(written((writer) => writeContextHandle(writer, NIL_CONTEXT_HANDLE))).toBe('00'.repeat(20));
  });

  test('handles of one UUID share a key, others do not', () => {
    expect(contextHandleKey(handle)).toBe(contextHandleKey({ attributes: 0, uuid: handle.uuid.slice() }));
    expect(contextHandleKey(handle)).not.toBe(contextHandleKey(NIL_CONTEXT_HANDLE));
  });
});
