import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatagramSession } from '../../../src/auth/ntlm/datagram-session.ts';
import { ntlmFlags } from '../../../src/auth/ntlm/flags.ts';
import { StreamSession } from '../../../src/auth/ntlm/stream-session.ts';

const KEY = new Uint8Array(16).fill(0x55);
const BASE = ntlmFlags('SIGN', 'SEAL', 'KEY_EXCHANGE');
const AGREED = [
  ['128 bits', ntlmFlags('EXTENDED_SESSION_SECURITY', 'KEY_128')],
  ['56 bits', ntlmFlags('EXTENDED_SESSION_SECURITY', 'KEY_56')],
  ['40 bits', ntlmFlags('EXTENDED_SESSION_SECURITY')],
  ['no extended session security', 0],
  ['no extended session security, 56 bits', ntlmFlags('KEY_56', 'LM_KEY')],
  ['no extended session security, 40 bits', ntlmFlags('LM_KEY')],
] as const;
const message = fc.uint8Array({ maxLength: 200 });
const sequence = fc.integer({ min: 0, max: 0xffffffff });

describe.each(AGREED)('with %s', (_, agreed) => {
  const flags = (BASE | agreed) >>> 0;
  const stream = () => [new StreamSession(flags, KEY, 'client'), new StreamSession(flags, KEY, 'server')] as const;
  const datagram = () => {
    const both = (flags | ntlmFlags('DATAGRAM')) >>> 0;
    return [new DatagramSession(both, KEY, 'client'), new DatagramSession(both, KEY, 'server')] as const;
  };

  test('a connection carries signed and sealed messages to and fro', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, fc.boolean(), fc.boolean())), (messages) => {
        const [a, b] = stream();
        for (const [plain, fromClient, sealed] of messages) {
          const [from, to] = fromClient ? [a, b] : [b, a];
          if (sealed) expect(to.unseal(from.seal(plain))).toEqual(plain);
          else expect(to.verify(plain, from.sign(plain))).toBe(true);
        }
      }),
    );
  });

  test('a header is signed with the text and not sealed', () => {
    const [a, b] = stream();
    const header = Uint8Array.of(1, 2, 3);
    const around = (plain: Uint8Array): Uint8Array => Buffer.concat([header, plain]);
    const text = Buffer.from('text');
    const other = (plain: Uint8Array): Uint8Array => Buffer.concat([header.map((byte) => byte + 1), plain]);
    expect(b.unseal(a.seal(text, around(text)), around)).toEqual(new Uint8Array(text));
    expect(b.unseal(a.seal(text, around(text)), other)).toBeNull();
  });

  test('a connection that lost a message verifies nothing more', () => {
    const [a, b] = stream();
    a.sign(KEY);
    expect(b.verify(KEY, a.sign(KEY))).toBe(false);
    expect(b.verify(KEY, a.sign(KEY))).toBe(false);
  });

  test('datagrams verify in any order, and an altered one does not', () => {
    fc.assert(
      fc.property(message, sequence, fc.nat(), (plain, number, at) => {
        const [a, b] = datagram();
        const { sealed, signature } = a.seal(plain, number);
        expect(b.unseal({ sealed, signature }, number)).toEqual(plain);
        expect(b.verify(plain, a.sign(plain, number), number)).toBe(true);
        expect(b.unseal({ sealed, signature }, (number + 1) >>> 0)).toBeNull();
        if (plain.length === 0) return;
        sealed[at % sealed.length] = (sealed[at % sealed.length] as number) ^ 0x01;
        expect(b.unseal({ sealed, signature }, number)).toBeNull();
      }),
    );
  });
});

test('with extended session security a message sent back to its sender does not verify', () => {
  const flags = (BASE | ntlmFlags('EXTENDED_SESSION_SECURITY', 'DATAGRAM')) >>> 0;
  const session = new DatagramSession(flags, KEY, 'client');
  expect(session.verify(KEY, session.sign(KEY, 1), 1)).toBe(false);
});

test('the sequence number of a datagram is in its signature, and hidden without extended session security', () => {
  const number = (extended: number): number | null => {
    const session = new DatagramSession((BASE | extended) >>> 0, KEY, 'client');
    return session.sequenceOf(session.sign(KEY, 0xfedcba98));
  };
  expect([number(ntlmFlags('EXTENDED_SESSION_SECURITY')), number(0)]).toEqual([0xfedcba98, null]);
});

test('where nothing was agreed on the signature is a constant', () => {
  const dummy = Uint8Array.from([1, ...new Array(15).fill(0)]);
  expect(new StreamSession(0, KEY, 'client').sign(KEY)).toEqual(dummy);
  expect(new DatagramSession(0, KEY, 'client').sign(KEY, 9)).toEqual(dummy);
});

test('a wiped session protects nothing any more', () => {
  const flags = (BASE | ntlmFlags('EXTENDED_SESSION_SECURITY')) >>> 0;
  const [a, b] = [new DatagramSession(flags, KEY, 'client'), new DatagramSession(flags, KEY, 'server')];
  a.wipe();
  expect(b.verify(KEY, a.sign(KEY, 0), 0)).toBe(false);
});
