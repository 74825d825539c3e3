import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AV } from '../../../src/auth/ntlm/av-pairs.ts';
import { decodeChallenge } from '../../../src/auth/ntlm/challenge.ts';
import { ntlmFlags } from '../../../src/auth/ntlm/flags.ts';
import { DATAGRAM_FORM, STREAM_FORM } from '../../../src/auth/ntlm/form.ts';
import { ntHash, upperCase } from '../../../src/auth/ntlm/one-way.ts';
import { toHex } from '../../../src/bytes/hex.ts';
import { toUtf16 } from '../../../src/bytes/utf16.ts';
import { isClusError } from '../../../src/status/errors.ts';
import { accounts, client, credential, exchange, FORMS, NOW, server } from './kit.ts';

const TEXT = Buffer.from('the quorum disk');
const WITHOUT_EXTENDED = ntlmFlags('EXTENDED_SESSION_SECURITY');

describe.each(FORMS)('a logon %s', (_, form) => {
  test('tells the server who the client is', () => {
    expect(exchange(client(form), server(form))).toEqual({
      kind: 'accepted',
      identity: { user: 'ops', domain: 'LAB', workstation: 'ADMIN1', anonymous: false },
    });
  });

  test('knows names whatever their case', () => {
    const step = exchange(client(form, { credential: credential('OPS', 'Secret.1', { domain: 'lab' }) }), server(form));
    expect(step.kind).toBe('accepted');
  });

  test.each([
    ['unknown-user', credential('nobody', 'Secret.1')],
    ['unknown-user', credential('ops', 'Secret.1', { domain: 'ELSEWHERE' })],
    ['wrong-password', credential('ops', 'secret.1')],
    ['disabled', credential('gone')],
    ['account-expired', credential('old')],
    ['password-expired', credential('stale')],
    ['wrong-password', credential('stale', 'guess')],
    ['anonymous', null],
  ] as const)('is refused: %s', (refusal, who) => {
    expect(exchange(client(form, { credential: who }), server(form))).toMatchObject({ kind: 'refused', refusal });
  });

  test('is anonymous where the server lets such in', () => {
    expect(exchange(client(form, { credential: null }), server(form, { anonymous: true }))).toMatchObject({
      kind: 'accepted',
      identity: { user: '', anonymous: true },
    });
  });

  test('fails when the clocks are further apart than Windows 2000 bears', () => {
    const at = (minutes: number) => exchange(client(form, { now: () => NOW + minutes * 60_000 }), server(form)).kind;
    expect([at(29), at(-29), at(31), at(-31)]).toEqual(['accepted', 'accepted', 'refused', 'refused']);
  });

  test('takes the time of a server that tells it, and is then bound by a MIC', () => {
    const late = client(form, { now: () => NOW + 10 * 3_600_000 });
    expect(exchange(late, server(form, { timestamp: true })).kind).toBe('accepted');
    const altered = exchange(client(form), server(form, { timestamp: true }), (token) => {
      const changed = token.slice();
      changed[88 + 2] = 0x62; // the domain is named "lAb…" from here on: same account, other message
      return changed;
    });
    expect(altered.kind).toBe('refused');
  });

  test('a MIC covers what the proof does not', () => {
    const rename = (token: Uint8Array): Uint8Array => {
      const changed = token.slice();
      const at = Buffer.from(changed).indexOf(Buffer.from(toUtf16('ADMIN1')));
      changed[at] = 0x42;
      return changed;
    };
    expect(exchange(client(form), server(form), rename)).toMatchObject({ kind: 'accepted' });
    expect(exchange(client(form), server(form, { timestamp: true }), rename)).toMatchObject({ refusal: 'altered' });
  });

  test('compares channel bindings when both sides have some', () => {
    const [own, other] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const kind = (theirs: Uint8Array): string =>
      exchange(client(form, { channelBindings: theirs }), server(form, { channelBindings: own })).kind;
    expect([kind(own), kind(other)]).toEqual(['accepted', 'refused']);
  });

  test('is NTLMv1 only where both sides were told to', () => {
    const v1 = () => client(form, { version1: true });
    expect(exchange(v1(), server(form))).toMatchObject({ refusal: 'version-1' });
    expect(exchange(v1(), server(form, { version1: true })).kind).toBe('accepted');
    expect(exchange(v1(), server(form, { version1: true, without: WITHOUT_EXTENDED })).kind).toBe('accepted');
    expect(() => exchange(client(form), server(form, { without: WITHOUT_EXTENDED }))).toThrow(
      "the server's NTLM offers no EXTENDED_SESSION_SECURITY",
    );
  });

  test('wants the protection that the server demands', () => {
    const step = exchange(client(form, { protection: 'sign' }), server(form, { protection: 'seal' }));
    expect(step).toMatchObject({ kind: 'refused', refusal: 'unprotected' });
  });

  test('a challenge is good for one answer', () => {
    const [a, b] = [client(form), server(form)];
    exchange(a, b);
    expect(() => b.step(new Uint8Array(0))).toThrow('out of turn');
  });

  test('any answer is judged or is a malformed message', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 3 }), (at, bits, cut) => {
        const damage = (token: Uint8Array): Uint8Array => {
          const changed = token.slice(0, cut === 0 ? at % (token.length + 1) : token.length);
          if (changed.length > 0) changed[at % changed.length] = (changed[at % changed.length] as number) ^ bits;
          return changed;
        };
        try {
          exchange(client(form), server(form, { timestamp: true }), damage);
        } catch (error) {
          expect(isClusError(error)).toBe(true);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('shows no secret of its parts', () => {
    const who = credential('ops', 'Secret.1', { lm: true });
    const [a, b] = [client(form, { credential: who }), server(form, { accounts: accounts() })];
    exchange(a, b);
    const shown = [who, a, b, a.session, b.session, accounts()]
      .flatMap((part) => [inspect(part, { depth: 9, showHidden: true }), JSON.stringify(part), String(part)])
      .join('\n');
    const hash = ntHash(toUtf16('Secret.1'));
    for (const secret of ['Secret.1', toHex(hash), [...hash].join(','), inspect(hash).slice(20, 40)])
      expect(shown).not.toContain(secret);
  });
});

describe('accounts', () => {
  test('lock after failures in a row, tell so only to who knows the password, and open again', () => {
    const store = accounts({ after: 3, lasts: 1_800_000 });
    const attempt = (password: string, minutes: number): string => {
      const now = (): number => NOW + minutes * 60_000;
      const step = exchange(
        client(DATAGRAM_FORM, { credential: credential('ops', password), now }),
        server(DATAGRAM_FORM, { accounts: store, now }),
      );
      return step.kind === 'refused' ? step.refusal : step.kind;
    };
    expect([attempt('a', 0), attempt('b', 1), attempt('Secret.1', 2)]).toEqual([
      'wrong-password',
      'wrong-password',
      'accepted',
    ]);
    for (const minute of [3, 4, 5]) expect(attempt('x', minute)).toBe('wrong-password');
    expect([attempt('Secret.1', 6), attempt('x', 7)]).toEqual(['locked-out', 'wrong-password']);
    expect(attempt('Secret.1', 36)).toBe('accepted');
  });
});

test('over datagrams the client can sign before the server has spoken', () => {
  const [a, b] = [client(DATAGRAM_FORM), server(DATAGRAM_FORM)];
  expect(a.step(null)).toEqual({ token: new Uint8Array(0), done: false });
  const first = a.session?.seal(TEXT, 7);
  const challenge = b.step(null);
  if (challenge.kind !== 'challenge' || first === undefined) throw new Error('no challenge');
  expect(b.step(a.step(challenge.token).token).kind).toBe('accepted');
  expect(Buffer.from(b.session?.unseal(first, 7) ?? [])).toEqual(TEXT);
});

test('a datagram challenge fills whole words, whatever the names', () => {
  for (let length = 1; length < 9; length++) {
    const step = server(DATAGRAM_FORM, { names: { netbiosComputer: 'N'.repeat(length), netbiosDomain: 'D' } }).step(
      null,
    );
    if (step.kind !== 'challenge') throw new Error('no challenge');
    expect(step.token.length % 4).toBe(0);
    expect(decodeChallenge(step.token).targetInfo?.map(({ id }) => id)).toEqual([
      AV.netbiosDomainName,
      AV.netbiosComputerName,
    ]);
  }
});

test('the two forms are not taken for each other', () => {
  const negotiate = client(STREAM_FORM).step(null).token;
  expect(() => server(DATAGRAM_FORM).step(negotiate)).toThrow('of the other form');
  expect(() => server(STREAM_FORM).step(null)).toThrow('of the other form');
});

test('upper case is that of one letter for one letter', () => {
  expect(upperCase('straße éΩω ıſ ﬁ İi')).toBe('STRAßE ÉΩΩ ıſ ﬁ İI');
});
