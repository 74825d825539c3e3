import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AV, encodeAvPairs } from '../../src/auth/ntlm/av-pairs.ts';
import { DatagramSession } from '../../src/auth/ntlm/datagram-session.ts';
import { ntlmFlags } from '../../src/auth/ntlm/flags.ts';
import { type Sender, v1KeyExchangeKey, v2SessionKey } from '../../src/auth/ntlm/keys.ts';
import { ntHash, ntlmV2Key, upperCase } from '../../src/auth/ntlm/one-way.ts';
import { desResponse, lmV2Response, mixedChallenge, v2Response } from '../../src/auth/ntlm/responses.ts';
import { StreamSession } from '../../src/auth/ntlm/stream-session.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { rc4 } from '../../src/crypto/rc4.ts';
import { run } from './tools.ts';

const SCRIPT = fileURLToPath(new URL('py/ntlm.py', import.meta.url));
const CASES = 1000;
const BASE = ntlmFlags('NTLM', 'SIGN', 'SEAL', 'KEY_EXCHANGE', 'EXTENDED_SESSION_SECURITY');

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: fc.oneof(fc.constantFrom(...'aZé ß'), fc.string({ unit: 'binary', maxLength: 1 })) });

const cases = fc.record({
  // Python writes the upper case of a name as Unicode does, Windows letter by letter: they differ on few letters.
  user: text.filter((name) => name !== '' && name.toUpperCase() === upperCase(name)),
  password: text,
  domain: text,
  server: bytes(8),
  client: bytes(8),
  exported: bytes(16),
  keyLength: fc.constantFrom(ntlmFlags('KEY_128'), ntlmFlags('KEY_56'), 0),
  datagram: fc.boolean(),
  sequence: fc.integer({ min: 0, max: 0xffffffff }),
  messages: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

test(`${CASES} random users, passwords, domains and challenges give impacket's responses, keys and messages`, () => {
  const samples = fc.sample(cases, { numRuns: CASES, seed: 814622 });
  const lines = samples.map((sample) => JSON.stringify(asked(sample)));
  const answers = run('/usr/bin/python3', [SCRIPT], { input: `${lines.join('\n')}\n` })
    .trim()
    .split('\n');
  expect(answers.map((line) => JSON.parse(line))).toEqual(samples.map(computed));
});

function asked(sample: Case): object {
  const hex = Object.entries(sample).map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : value]);
  const { messages } = sample;
  return {
    ...Object.fromEntries(hex),
    flags: flagsOf(sample),
    messages: messages.map(toHex),
    targetInfo: toHex(info(sample)),
  };
}

function computed(sample: Case): object {
  const { user, domain, server, client, exported } = sample;
  const flags = flagsOf(sample);
  const hash = ntHash(toUtf16(sample.password));
  const key = ntlmV2Key(hash, user, domain);
  const time = new Uint8Array(8);
  const nt = v2Response(key, { serverChallenge: server, clientChallenge: client, time, targetInfo: info(sample) });
  const sessionKey = v2SessionKey(key, nt.subarray(0, 16));
  const exchanged = v1KeyExchangeKey({
    flags,
    serverChallenge: server,
    lmResponse: client,
    ntHash: hash,
    lmHash: null,
  });
  return {
    v2: [nt, lmV2Response(key, server, client), sessionKey, rc4(sessionKey, exported)].map(toHex),
    v1: [desResponse(hash, mixedChallenge(server, client)), exchanged].map(toHex),
    client: protectedBy('client', sample),
    server: protectedBy('server', sample),
  };
}

function protectedBy(side: Sender, sample: Case): string[][] {
  const flags = flagsOf(sample);
  const stream = new StreamSession(flags, sample.exported, side);
  const datagram = new DatagramSession(flags, sample.exported, side);
  return sample.messages
    .map((plain) => (sample.datagram ? datagram.seal(plain, sample.sequence) : stream.seal(plain)))
    .map(({ sealed, signature }) => [toHex(sealed), toHex(signature)]);
}

function flagsOf({ keyLength }: Case): number {
  return (BASE | keyLength) >>> 0;
}

function info({ domain }: Case): Uint8Array {
  return encodeAvPairs([{ id: AV.netbiosDomainName, value: toUtf16(domain) }]);
}
