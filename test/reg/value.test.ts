import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { parseReg } from '../../src/reg/parse.ts';
import { REG_TYPE, regDword, regMultiString, regString } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';

test.each<[string, readonly string[], readonly string[]]>([
  ['', [], []],
  ['\0', [], []],
  ['\0\0', [], []],
  ['a\0bc\0\0', ['a', 'bc'], []],
  ['a\0', ['a'], []],
  ['a', ['a'], ['unterminated']],
  ['a\0\0b\0\0\0', ['a', '', 'b', ''], []],
])('the multi-string %j holds %j', (text, strings, notes) => {
  const value = { name: 'v', type: REG_TYPE.MULTI_SZ, data: toUtf16(text) };
  expect(regMultiString(value)).toEqual({ value: strings, notes });
});

test('an odd last byte of a multi-string is left out and noted', () => {
  const value = { name: 'v', type: REG_TYPE.MULTI_SZ, data: fromHex('6100 0000 0000 62') };
  expect(regMultiString(value)).toEqual({ value: ['a'], notes: ['odd-length'] });
});

test.each<[string, string, readonly string[]]>([
  ['', '', []],
  ['3100 0000', '1', []],
  ['3100', '1', ['unterminated']],
  ['3100 00', '1', []],
  ['3100 0000 3200', '1', ['trailing-data']],
  ['3100 0000 32', '1', ['odd-length']],
  ['353030', '〵', ['odd-length', 'looks-8-bit', 'unterminated']],
  ['35303030', '〵〰', ['looks-8-bit', 'unterminated']],
])('the string of %j is %j', (hex, text, notes) => {
  expect(regString({ name: 'v', type: REG_TYPE.SZ, data: fromHex(hex) })).toEqual({ value: text, notes });
});

test('a value of another type is never converted', () => {
  const data = toUtf16('5000\0');
  expect(regString({ name: 'v', type: REG_TYPE.MULTI_SZ, data })).toBeNull();
  expect(regMultiString({ name: 'v', type: REG_TYPE.SZ, data })).toBeNull();
  expect(regDword({ name: 'v', type: REG_TYPE.BINARY, data: data.subarray(0, 4) })).toBeNull();
});

test('a number is four bytes of either byte order', () => {
  const data = fromHex('88130000');
  expect(regDword({ name: 'v', type: REG_TYPE.DWORD, data })).toBe(5000);
  expect(regDword({ name: 'v', type: REG_TYPE.DWORD_BIG_ENDIAN, data })).toBe(0x88130000);
  expect(regDword({ name: 'v', type: REG_TYPE.DWORD, data: data.subarray(1) })).toBeNull();
});

test('every value comes back from an export as it was, bytes and type', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 80 }).filter((text) => !/[\0\r\n]/.test(text));
  const value = fc.record({
    type: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 0xffffffff })),
    data: fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.string().map((text) => toUtf16(`${text}\0`)),
    ),
  });
  fc.assert(
    fc.property(name, value, (named, { type, data }) => {
      fc.pre(!missesTerminator(type, data));
      const key = { path: 'HKEY_CURRENT_USER\\k', values: [{ name: named, type, data: Uint8Array.from(data) }] };
      expect(parseReg(writeReg([key])).keys).toEqual([key]);
    }),
  );
});

test('a name that the format cannot hold is refused', () => {
  const key = { path: 'HKEY_CURRENT_USER\\k', values: [{ name: 'a\nb', type: 3, data: new Uint8Array() }] };
  expect(() => writeReg([key])).toThrow(LocalMisuseError);
});

/** An import completes such text, so it cannot come back as it was. */
function missesTerminator(type: number, data: Uint8Array): boolean {
  const isText = type === REG_TYPE.SZ || type === REG_TYPE.EXPAND_SZ || type === REG_TYPE.MULTI_SZ;
  return isText && data.length > 0 && data.length % 2 === 0 && (data.at(-1) !== 0 || data.at(-2) !== 0);
}
