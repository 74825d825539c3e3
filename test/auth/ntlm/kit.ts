import { createHash } from 'node:crypto';
import { type Account, Accounts, type LockOut } from '../../../src/auth/ntlm/accounts.ts';
import { NtlmClientContext, type NtlmClientOptions } from '../../../src/auth/ntlm/client-context.ts';
import { NtlmCredential } from '../../../src/auth/ntlm/credential.ts';
import { DATAGRAM_FORM, type NtlmForm, type NtlmSession, STREAM_FORM } from '../../../src/auth/ntlm/form.ts';
import { ntHash } from '../../../src/auth/ntlm/one-way.ts';
import { NtlmServerContext, type NtlmServerOptions, type ServerStep } from '../../../src/auth/ntlm/server-context.ts';
import { toUtf16 } from '../../../src/bytes/utf16.ts';

export const NOW = Date.UTC(2003, 8, 10);

export const NAMES = {
  netbiosComputer: 'NODE1',
  netbiosDomain: 'LAB',
  dnsComputer: 'node1.lab.example',
  dnsDomain: 'lab.example',
};

/** Bytes that look random and are the same at every run. */
export function seeded(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => createHash('shake256', { outputLength: length }).update(`${seed}/${count++}`).digest();
}

export function account(name: string, password: string, more: Partial<Account> = {}): Account {
  return { name, domain: 'LAB', ntHash: ntHash(toUtf16(password)), state: 'enabled', ...more };
}

export function accounts(lockOut?: LockOut): Accounts {
  return new Accounts(
    [
      account('ops', 'Secret.1'),
      account('gone', 'Secret.1', { state: 'disabled' }),
      account('old', 'Secret.1', { state: 'account-expired' }),
      account('stale', 'Secret.1', { state: 'password-expired' }),
    ],
    lockOut,
  );
}

export function credential(user = 'ops', password = 'Secret.1', more: { domain?: string; lm?: boolean } = {}) {
  return new NtlmCredential({ user, domain: 'LAB', password: toUtf16(password), ...more });
}

export function client<S extends NtlmSession>(
  form: NtlmForm<S>,
  options: Partial<NtlmClientOptions> = {},
): NtlmClientContext<S> {
  return new NtlmClientContext(form, {
    credential: credential(),
    workstation: 'ADMIN1',
    protection: 'seal',
    random: seeded('client'),
    now: () => NOW,
    ...options,
  });
}

export function server<S extends NtlmSession>(
  form: NtlmForm<S>,
  options: Partial<NtlmServerOptions> = {},
): NtlmServerContext<S> {
  return new NtlmServerContext(form, {
    accounts: accounts(),
    names: NAMES,
    protection: 'none',
    random: seeded('server'),
    now: () => NOW,
    ...options,
  });
}

/** Carries the tokens; `alter` may change the last one. */
export function exchange<S extends NtlmSession>(
  a: NtlmClientContext<S>,
  b: NtlmServerContext<S>,
  alter: (token: Uint8Array) => Uint8Array = (token) => token,
): ServerStep {
  const first = a.step(null).token;
  const challenge = b.step(first.length === 0 ? null : first);
  if (challenge.kind !== 'challenge') throw new Error('the server spoke out of turn');
  return b.step(alter(a.step(challenge.token).token));
}

export const FORMS: readonly (readonly [string, NtlmForm<NtlmSession>])[] = [
  ['over a connection', STREAM_FORM],
  ['over datagrams', DATAGRAM_FORM],
];
