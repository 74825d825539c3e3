import { describe, expect, test } from 'vitest';
import { decodeAuthenticate, encodeAuthenticate } from '../../../src/auth/ntlm/authenticate.ts';
import { AV, encodeAvPairs } from '../../../src/auth/ntlm/av-pairs.ts';
import { decodeChallenge, encodeChallenge } from '../../../src/auth/ntlm/challenge.ts';
import { sealingKey, signingKey, v1KeyExchangeKey, v2SessionKey } from '../../../src/auth/ntlm/keys.ts';
import { lmHash, ntHash, ntlmV2Key } from '../../../src/auth/ntlm/one-way.ts';
import { desResponse, lmV2Response, mixedChallenge, v2Response } from '../../../src/auth/ntlm/responses.ts';
import { extendedMac } from '../../../src/auth/ntlm/signature.ts';
import { StreamSession } from '../../../src/auth/ntlm/stream-session.ts';
import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { toUtf16 } from '../../../src/bytes/utf16.ts';
import { md4 } from '../../../src/crypto/md4.ts';
import { HmacMd5 } from '../../../src/crypto/md5.ts';
import { rc4 } from '../../../src/crypto/rc4.ts';

// Every value of this file is one of [MS-NLMP] 4.2.
const PASSWORD = toUtf16('Password');
const SERVER_CHALLENGE = fromHex('0123456789abcdef');
const CLIENT_CHALLENGE = new Uint8Array(8).fill(0xaa);
const RANDOM_KEY = new Uint8Array(16).fill(0x55);
const PLAIN = toUtf16('Plaintext');
const VERSION = { major: 5, minor: 1, build: 2600, revision: 0x0f };
const SERVER_VERSION = { major: 6, minor: 0, build: 6000, revision: 0x0f };
const NAMES = { domain: 'Domain', user: 'User', workstation: 'COMPUTER' };

describe('NTLMv1', () => {
  const flags = 0xe2028233;
  const nt = ntHash(PASSWORD);
  const lm = lmHash(PASSWORD) as Uint8Array;
  const ntResponse = desResponse(nt, SERVER_CHALLENGE);
  const lmResponse = desResponse(lm, SERVER_CHALLENGE);
  const exchangeKey = (more: number): Uint8Array =>
    v1KeyExchangeKey({
      flags: (flags | more) >>> 0,
      serverChallenge: SERVER_CHALLENGE,
      lmResponse,
      ntHash: nt,
      lmHash: lm,
    });

  test('hashes and responses', () => {
    expect(toHex(lm)).toBe('e52cac67419a9a224a3b108f3fa6cb6d');
    expect(toHex(nt)).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(toHex(ntResponse)).toBe('67c43011f30298a2ad35ece64f16331c44bdbed927841f94');
    expect(toHex(lmResponse)).toBe('98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13');
  });

  test('keys', () => {
    expect(toHex(exchangeKey(0))).toBe('d87262b0cde4b1cb7499becccdf10784');
    expect(toHex(exchangeKey(0x80))).toBe('b09e379f7fbecb1eaf0afdcb0383c8a0');
    expect(toHex(rc4(exchangeKey(0), RANDOM_KEY))).toBe('518822b1b3f350c8958682ecbb3e3cb7');
    expect(toHex(rc4(exchangeKey(0x400000), RANDOM_KEY))).toBe('7452ca55c225a1ca04b48fae32cf56fc');
    expect(toHex(rc4(exchangeKey(0x80), RANDOM_KEY))).toBe('4cd7bb57d697ef9b549f02b8f9b37864');
  });

  test('CHALLENGE_MESSAGE, both ways', () => {
    const message = {
      targetName: 'Server',
      flags,
      serverChallenge: SERVER_CHALLENGE,
      targetInfo: null,
      version: SERVER_VERSION,
    };
    const bytes = fromHex(
      `4e544c4d53535000 02000000 0c000c0038000000 338202e2 0123456789abcdef 0000000000000000 0000000000000000
       0600701700 00000f 530065007200760065007200`,
    );
    expect(toHex(encodeChallenge(message))).toBe(toHex(bytes));
    expect(decodeChallenge(bytes)).toEqual(message);
  });

  test('AUTHENTICATE_MESSAGE, both ways', () => {
    const message = {
      ...NAMES,
      lmResponse,
      ntResponse,
      encryptedSessionKey: fromHex('518822b1b3f350c8958682ecbb3e3cb7'),
      flags: 0xe2808235,
      version: VERSION,
      mic: null,
    };
    const bytes = fromHex(
      `4e544c4d53535000 03000000 180018006c000000 1800180084000000 0c000c0048000000 0800080054000000 100010005c000000
       100010009c000000 358280e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200
       43004f004d0050005500540045005200 98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13
       67c43011f30298a2ad35ece64f16331c44bdbed927841f94 518822b1b3f350c8958682ecbb3e3cb7`,
    );
    expect(toHex(encodeAuthenticate(message))).toBe(toHex(bytes));
    expect(plain(decodeAuthenticate(bytes))).toEqual(plain(message));
  });

  test('sealing and signature', () => {
    const { sealed, signature } = new StreamSession(flags, RANDOM_KEY, 'client').seal(PLAIN);
    expect(toHex(sealed)).toBe('56fe04d861f9319af0d7238a2e3b4d457fb8');
    expect(toHex(signature)).toBe('0100000045c844e509dcd1df2e459d36');
  });
});

describe('NTLMv1 with extended session security, 56 bits, without key exchange', () => {
  const flags = 0x820a8233;
  const nt = ntHash(PASSWORD);
  const lmResponse = Buffer.concat([CLIENT_CHALLENGE, new Uint8Array(16)]);
  const key = v1KeyExchangeKey({ flags, serverChallenge: SERVER_CHALLENGE, lmResponse, ntHash: nt, lmHash: null });

  test('response and keys', () => {
    const response = desResponse(nt, mixedChallenge(SERVER_CHALLENGE, CLIENT_CHALLENGE));
    expect(toHex(response)).toBe('7537f803ae367128ca458204bde7caf81e97ed2683267232');
    expect(toHex(key)).toBe('eb93429a8bd952f8b89c55b87f475edc');
    expect(toHex(sealingKey(flags, key, 'client'))).toBe('04dd7f014d8504d265a25cc86a3a7c06');
    expect(toHex(signingKey(flags, key, 'client') as Uint8Array)).toBe('60e799be5c72fc92922ae8ebe961fb8d');
  });

  test('sealing and signature', () => {
    const { sealed, signature } = new StreamSession(flags, key, 'client').seal(PLAIN);
    expect(toHex(sealed)).toBe('a02372f6530273f3aa1eb90190ce5200c99d');
    expect(toHex(signature)).toBe('01000000ff2aeb52f681793a00000000');
  });
});

describe('NTLMv2', () => {
  const flags = 0xe28a8233;
  const pairs = [
    { id: AV.netbiosDomainName, value: toUtf16('Domain') },
    { id: AV.netbiosComputerName, value: toUtf16('Server') },
  ];
  const key = ntlmV2Key(ntHash(PASSWORD), 'User', 'Domain');
  const ntResponse = v2Response(key, {
    serverChallenge: SERVER_CHALLENGE,
    clientChallenge: CLIENT_CHALLENGE,
    time: new Uint8Array(8),
    targetInfo: encodeAvPairs(pairs),
  });
  const lmResponse = lmV2Response(key, SERVER_CHALLENGE, CLIENT_CHALLENGE);
  const sessionBaseKey = v2SessionKey(key, ntResponse.subarray(0, 16));

  test('responses and keys', () => {
    expect(toHex(key)).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
    expect(toHex(lmResponse)).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa');
    expect(toHex(ntResponse.subarray(0, 16))).toBe('68cd0ab851e51c96aabc927bebef6a1c');
    expect(toHex(ntResponse.subarray(16))).toBe(
      '01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000',
    );
    expect(toHex(sessionBaseKey)).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    expect(toHex(rc4(sessionBaseKey, RANDOM_KEY))).toBe('c5dad2544fc9799094ce1ce90bc9d03e');
    expect(toHex(sealingKey(flags, RANDOM_KEY, 'client'))).toBe('59f600973cc4960a25480a7c196e4c58');
    expect(toHex(signingKey(flags, RANDOM_KEY, 'client') as Uint8Array)).toBe('4788dc861b4782f35d43fd98fe1a2d39');
  });

  test('CHALLENGE_MESSAGE, both ways', () => {
    const message = {
      targetName: 'Server',
      flags,
      serverChallenge: SERVER_CHALLENGE,
      targetInfo: pairs,
      version: SERVER_VERSION,
    };
    const bytes = fromHex(
      `4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000
       060070170000000f 530065007200760065007200 02000c0044006f006d00610069006e00 01000c00530065007200760065007200
       00000000`,
    );
    expect(toHex(encodeChallenge(message))).toBe(toHex(bytes));
    expect(decodeChallenge(bytes)).toEqual(message);
  });

  test('AUTHENTICATE_MESSAGE has its fields where the example has them', () => {
    const bytes = encodeAuthenticate({
      ...NAMES,
      lmResponse,
      ntResponse,
      encryptedSessionKey: fromHex('c5dad2544fc9799094ce1ce90bc9d03e'),
      flags: 0xe2888235,
      version: VERSION,
      mic: null,
    });
    expect(toHex(bytes.subarray(12, 28))).toBe('180018006c0000005400540084000000');
    expect(toHex(bytes.subarray(52, 72))).toBe('10001000d8000000358288e20501280a0000000f');
    expect(toHex(bytes.subarray(0xd8))).toBe('c5dad2544fc9799094ce1ce90bc9d03e');
  });

  test('sealing and signature, the checksum before and after RC4', () => {
    const { sealed, signature } = new StreamSession(flags, RANDOM_KEY, 'client').seal(PLAIN);
    expect(toHex(sealed)).toBe('54e50165bf1936dc996020c1811b0f06fb5f');
    expect(toHex(signature)).toBe('010000007fb38ec5c55d497600000000');
    const signing = new HmacMd5(signingKey(flags, RANDOM_KEY, 'client') as Uint8Array);
    expect(toHex(extendedMac(signing, null, 0, PLAIN).subarray(4, 12))).toBe('70352851f2564309');
  });
});

test('the session base key of NTLMv1 is the MD4 of the NT hash', () => {
  expect(toHex(md4(ntHash(PASSWORD)))).toBe('d87262b0cde4b1cb7499becccdf10784');
});

/** Views and buffers alike, for comparison. */
function plain(message: object): unknown {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : value]),
  );
}
