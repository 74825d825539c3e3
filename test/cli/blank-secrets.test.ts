import { expect, test } from 'vitest';
import { decodeAuthenticate } from '../../src/auth/ntlm/authenticate.ts';
import { blankSecrets } from '../../src/cli/blank-secrets.ts';
import { ntlmPair } from '../auth/datagram/kit.ts';

test('a capture keeps the names of a logon and loses its responses and session key', async () => {
  const { call, seen } = await ntlmPair();
  call(new Uint8Array(8));
  const handed = seen.find((datagram) => Buffer.from(datagram).includes('NTLMSSP\0\u0003'));
  if (handed === undefined) throw new Error('no AUTHENTICATE_MESSAGE was sent');
  const messageOf = (datagram: Uint8Array) => {
    const bytes = Buffer.from(datagram);
    return decodeAuthenticate(bytes.subarray(bytes.indexOf('NTLMSSP\0')));
  };
  const [before, after] = [messageOf(handed), messageOf(blankSecrets(handed))];
  expect(before.ntResponse.some((byte) => byte !== 0)).toBe(true);
  for (const field of ['lmResponse', 'ntResponse', 'encryptedSessionKey'] as const) {
    expect(after[field].length).toBe(before[field].length);
    expect(after[field].every((byte) => byte === 0)).toBe(true);
  }
  expect(after).toMatchObject({ user: 'ops', domain: 'LAB' });
  expect(seen.filter((datagram) => datagram !== handed).map(blankSecrets)).toEqual(
    seen.filter((datagram) => datagram !== handed),
  );
});
