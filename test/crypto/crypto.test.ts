import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { crc32 } from '../../src/crypto/crc32.ts';
import { des } from '../../src/crypto/des.ts';
import { equalInConstantTime } from '../../src/crypto/equal.ts';
import { md4 } from '../../src/crypto/md4.ts';
import { hmacMd5, md5 } from '../../src/crypto/md5.ts';
import { Rc4 } from '../../src/crypto/rc4.ts';

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

describe('MD4', () => {
  test.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    [ALPHABET, 'd79e1c308aa5bbcdeea8ed63df412da9'],
    [`${ALPHABET.toUpperCase()}${ALPHABET}0123456789`, '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('of %j is that of RFC 1320', (message, digest) => {
    expect(toHex(md4(text(message)))).toBe(digest);
  });

  test('leaves its input as it was', () => {
    const message = text('abc');
    md4(message);
    expect(message).toEqual(text('abc'));
  });
});

describe('RC4', () => {
  test.each([
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
  ])('under the key %s begins as RFC 6229 says', (key, stream) => {
    expect(toHex(new Rc4(fromHex(key)).apply(new Uint8Array(16)))).toBe(stream);
  });

  test('goes on from call to call, wherever the data is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.uint8Array(), fc.nat(), (key, data, cut) => {
        const at = cut % (data.length + 1);
        const cipher = new Rc4(key);
        const pieces = Buffer.concat([cipher.apply(data.subarray(0, at)), cipher.apply(data.subarray(at))]);
        expect(toHex(pieces)).toBe(toHex(new Rc4(key).apply(data)));
      }),
    );
  });
});

test('DES encrypts a block under 7 bytes of key', () => {
  expect(toHex(des(new Uint8Array(7), text('KGS!@#$%')))).toBe('aad3b435b51404ee');
});

test('CRC-32 has its check value', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
});

test('MD5 and HMAC-MD5 take their message in pieces', () => {
  expect(toHex(md5(text('ab'), text('c')))).toBe(createHash('md5').update('abc').digest('hex'));
  expect(toHex(hmacMd5(text('Jefe'), text('what do ya want '), text('for nothing?')))).toBe(
    '750c783e6ab0b503eaa86e310a5db738',
  );
});

test('a comparison is of all bytes and of the length', () => {
  expect(equalInConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalInConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalInConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});

test('MD5 and HMAC-MD5 of messages and keys of every length, in pieces, are those of node:crypto', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 37 + (at >> 3)) & 0xff);
  for (let length = 0; length < bytes.length; length++) {
    const [message, key] = [bytes.subarray(0, length), bytes.subarray(length % 100)];
    const cut = length >> 1;
    const pieces = [message.subarray(0, cut), message.subarray(cut)] as const;
    expect(toHex(md5(...pieces))).toBe(createHash('md5').update(message).digest('hex'));
    expect(toHex(hmacMd5(key, ...pieces))).toBe(createHmac('md5', key).update(message).digest('hex'));
  }
});
