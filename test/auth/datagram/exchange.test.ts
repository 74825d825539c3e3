import { describe, expect, test } from 'vitest';
import { dialects } from '../../../src/auth/datagram/dialect.ts';
import { AUTH_LEVELS } from '../../../src/auth/datagram/level.ts';
import { NtlmServerSecurity } from '../../../src/auth/datagram/server-security.ts';
import { Accounts } from '../../../src/auth/ntlm/accounts.ts';
import { decodeCl, FLAGS1 } from '../../../src/pdu/cl/index.ts';
import { win32Code } from '../../../src/status/win32.ts';
import { fuzzSecured } from '../../hostile/fuzz-secured.ts';
import { CLIENT } from '../../machine/cl/pair.ts';
import { bytes } from '../../machine/cl/scripted.ts';
import { account, accounts, credential, NOW } from '../ntlm/kit.ts';
import { ntlmPair, padded } from './kit.ts';

describe.each(AUTH_LEVELS)('at level %s', (level) => {
  test('messages of every size come through a bad network unaltered', async () => {
    const conditions = { loss: 0.1, duplicate: 0.1, reorder: 0.2, reorderDelay: 20, jitter: 5 };
    const { call, executed } = await ntlmPair({ client: { level }, conditions });
    for (const length of [0, 1, 7, 8, 100, 905, 912, 4_000, 20_000, 65_536])
      expect(call(bytes(length))).toMatchObject({ kind: 'response', stub: bytes(length) });
    expect(Math.max(...executed.values())).toBe(1);
  });

  test('the server knows who calls and how', async () => {
    const { call, serverEvents } = await ntlmPair({ client: { level } });
    call(bytes(10));
    const [event] = serverEvents;
    const security = event?.kind === 'dispatch' ? event.security : null;
    if (!(security instanceof NtlmServerSecurity)) throw new Error('not secured');
    expect(security.identity).toMatchObject({ user: 'ops', domain: 'LAB' });
    expect(security.level).toBe(level === 'connect' ? 'packet' : level);
  });

  test('a fault comes through', async () => {
    const { call } = await ntlmPair({ client: { level }, outcome: () => ({ kind: 'fault', status: 0x1c00001a }) });
    expect(call(bytes(10))).toMatchObject({ kind: 'fault', status: 0x1c00001a });
  });
});

test('a stub is hidden at privacy and can be read below', async () => {
  for (const [level, hidden] of [
    ['privacy', true],
    ['integrity', false],
  ] as const) {
    const { call, seen } = await ntlmPair({ client: { level } });
    call(Buffer.from('the quorum disk'));
    const found = seen.some((datagram) => Buffer.from(datagram).includes('quorum'));
    expect(found).toBe(!hidden);
  }
});

test.each(dialects())('the server understands a client that speaks %o', async (dialect) => {
  for (const level of ['packet', 'privacy'] as const) {
    const server = dialect.sequence === 'fragment' || dialect.sequence === 'serial' ? { dialect } : {};
    const { call } = await ntlmPair({ client: { level, dialect }, server });
    const signed = level === 'privacy' && dialect.padding === 'protected' ? padded : (stub: Uint8Array) => stub;
    for (const length of [0, 13, 3_000, 13])
      expect(call(bytes(length))).toMatchObject({ kind: 'response', stub: signed(bytes(length)) });
  }
});

describe.each(['integrity', 'privacy'] as const)('at %s, whatever bit of a datagram changes,', (level) => {
  test.each(['outside', 'protected'] as const)(
    'an application gets what was sent or nothing, and once, padding %s what is signed',
    async (padding) => {
      const { whole, ...rest } = await fuzzSecured(25_000, 1, { level, padding, flags: false });
      expect(rest).toEqual({ flips: 25_000, cut: 0, altered: 0, repeated: 0, told: 0 });
      expect(whole).toBeGreaterThan(20);
    },
  );
});

test('where a flag of the header changes, an application gets whole fragments from the first on', async () => {
  const { whole, cut, ...rest } = await fuzzSecured(3_500, 1, { level: 'integrity', padding: 'outside', flags: true });
  expect(rest).toEqual({ flips: 3_500, altered: 0, repeated: 0, told: 0 });
  expect(cut).toBeGreaterThan(0);
});

test('a call that comes again under a number 65 536 higher, or as idempotent, is not executed again', async () => {
  const { call, seen, executed, server, clock, advance } = await ntlmPair();
  for (let i = 0; i < 5; i++) call(bytes(100 + i));
  advance(10_000); // the last one is acknowledged and forgotten
  const requests = seen.filter(
    (datagram) => decodeCl(datagram).header.authProtocol !== 0 && decodeCl(datagram).type === 'request',
  );
  const again = (alter: (datagram: Uint8Array) => void): void => {
    for (const datagram of requests.map((original) => original.slice())) {
      alter(datagram);
      server.handle({ kind: 'datagram', datagram, from: CLIENT }, clock.now());
    }
  };
  again((datagram) => {
    datagram[66] = 1; // the third octet of the number
  });
  again((datagram) => {
    datagram[2] = (datagram[2] as number) | FLAGS1.idempotent;
  });
  expect(server.counters.callsIn).toBe(executed.size);
});

describe('the first call of who may not in is rejected:', () => {
  const states = new Accounts(
    [
      account('ops', 'Secret.1'),
      account('gone', 'Secret.1', { state: 'disabled' }),
      account('old', 'Secret.1', { state: 'account-expired' }),
      account('stale', 'Secret.1', { state: 'password-expired' }),
      account('shut', 'Secret.1'),
    ],
    { after: 1, lasts: 60_000 },
  );
  const shut = states.find('shut', 'LAB');
  if (shut !== null) states.failed(shut, NOW);

  test.each([
    ['an unknown user', 'nobody', 'Secret.1', 'ERROR_ACCESS_DENIED'],
    ['a wrong password', 'ops', 'guess', 'ERROR_ACCESS_DENIED'],
    ['a disabled account', 'gone', 'Secret.1', 'ERROR_ACCOUNT_DISABLED'],
    ['a disabled account whose password is guessed', 'gone', 'guess', 'ERROR_ACCESS_DENIED'],
    ['an expired account', 'old', 'Secret.1', 'ERROR_ACCOUNT_EXPIRED'],
    ['an expired password', 'stale', 'Secret.1', 'ERROR_PASSWORD_EXPIRED'],
    ['a locked account', 'shut', 'Secret.1', 'ERROR_ACCOUNT_LOCKED_OUT'],
  ] as const)('%s', async (_, user, password, symbol) => {
    const { call, executed } = await ntlmPair({
      client: { credential: credential(user, password) },
      server: { accounts: states },
    });
    expect(call(bytes(10))).toMatchObject({ kind: 'reject', status: win32Code(symbol) });
    expect(executed.size).toBe(0);
  });

  test('a clock that is an hour off', async () => {
    const { call } = await ntlmPair({ client: { now: () => NOW + 3_600_000 } });
    expect(call(bytes(10))).toMatchObject({ kind: 'reject', status: win32Code('ERROR_TIME_SKEW') });
  });

  test('a server without NTLM', async () => {
    const { call } = await ntlmPair({ serverOptions: {} });
    expect(call(bytes(10))).toMatchObject({ kind: 'reject', status: win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE') });
  });
});

test('a refusal that is lost on the way costs the account no second failure', async () => {
  const logons: string[] = [];
  let lost = 0;
  const { call } = await ntlmPair({
    client: { credential: credential('ops', 'guess') },
    server: { onLogon: ({ refusal }) => logons.push(refusal ?? 'let in') },
    serverGate(datagram) {
      const drops = decodeCl(datagram).type === 'reject' && lost === 0;
      if (drops) lost += 1;
      return !drops;
    },
  });
  expect(call(bytes(10))).toMatchObject({ kind: 'reject' });
  expect({ lost, logons }).toEqual({ lost: 1, logons: ['wrong-password'] });
});

test('a token that needs several pieces is fetched by conv_who_are_you_auth_more', async () => {
  const name = 'N'.repeat(500);
  const { call, seen } = await ntlmPair({
    client: { credential: credential(name, 'Secret.1') },
    server: { accounts: new Accounts([account(name, 'Secret.1')]) },
  });
  expect(call(bytes(10))).toMatchObject({ kind: 'response' });
  const operations = seen.map(decodeCl).filter(({ type, header }) => type === 'request' && header.authProtocol === 0);
  expect(operations.map(({ header }) => header.opnum)).toEqual([3, 4]);
});

test('a recorded session, played again to the server or to its successor, executes nothing', async () => {
  const { call, seen, executed, server, clock } = await ntlmPair();
  for (let i = 0; i < 5; i++) call(bytes(100 + i));
  expect(executed.size).toBe(5);
  const requests = seen.filter(
    (datagram) => decodeCl(datagram).header.authProtocol !== 0 && decodeCl(datagram).type === 'request',
  );
  const replay = (machine: typeof server, shift: number): void => {
    for (const datagram of requests) {
      const again = datagram.slice();
      again[64] = (again[64] as number) + shift; // the sequence number of the call
      machine.handle({ kind: 'datagram', datagram: again, from: CLIENT }, clock.now());
    }
  };
  for (const shift of [0, 1, 5, 50]) replay(server, shift);
  expect(server.counters.callsIn).toBe(5);
  const successor = await ntlmPair({
    seed: 2,
    server: { accounts: accounts(), random: (n) => new Uint8Array(n).fill(7) },
  });
  replay(successor.server, 0);
  for (const datagram of seen) successor.server.handle({ kind: 'datagram', datagram, from: CLIENT }, clock.now());
  expect(successor.server.counters.callsIn).toBe(0);
});
