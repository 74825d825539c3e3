import { afterEach, describe, expect, test } from 'vitest';
import type { LogonOptions } from '../../src/client/logon.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { openCluster } from '../../src/open/open-cluster.ts';
import { probe } from '../../src/probe/probe.ts';
import type { ProbeOptions, ProbeResult } from '../../src/probe/types.ts';
import { type Clock, systemClock } from '../../src/transport/clock.ts';
import { udpNetwork } from '../../src/transport/udp.ts';
import { account } from '../auth/ntlm/kit.ts';

const hosts: EmulatedHost[] = [];

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function start(options: EmulatedHostOptions = {}): Promise<EmulatedHost> {
  const host = await EmulatedHost.start({
    users: [
      account('ops', 'Secret.1'),
      account('guest', 'Secret.1'),
      account('stale', 'Secret.1', { state: 'password-expired' }),
      account('gone', 'Secret.1', { state: 'disabled' }),
    ],
    requireAuth: true,
    ...options,
  });
  hosts.push(host);
  return host;
}

function as(user: string, password = 'Secret.1', more: Partial<LogonOptions> = {}): LogonOptions {
  return { credentials: { user, password }, ...more };
}

async function probed(
  host: EmulatedHost,
  logon: LogonOptions | undefined,
  more: ProbeOptions = {},
): Promise<ProbeResult> {
  const document = await probe('127.0.0.1', { endpointMapperPort: host.mapperPort, logon, ...more });
  return document.results[0] as ProbeResult;
}

function stopOf({ stages, stoppedAt }: ProbeResult) {
  const stage = stages.find(({ id }) => id === stoppedAt);
  return { stoppedAt, reason: stage?.reason, symbol: stage?.error?.win32?.symbol, advice: stage?.advice };
}

describe('probe logs on', () => {
  test.each(['connect', 'packet', 'integrity', 'privacy'] as const)('at level %s', async (level) => {
    const host = await start();
    const result = await probed(host, as('LAB\\ops', 'Secret.1', { authLevel: level }));
    expect(result.stoppedAt).toBeNull();
    expect(result.stages.find(({ id }) => id === 'authenticate')?.detail).toBe(
      `the server accepted LAB\\ops by NTLM, level ${level}`,
    );
    expect(host.logons).toMatchObject([{ user: 'ops', domain: 'LAB', refusal: null }]);
  });

  test('over NTLMv1 where both sides want it', async () => {
    const host = await start({ ntlmV1: true });
    expect((await probed(host, as('LAB\\ops', 'Secret.1', { ntlmV1: true }))).stoppedAt).toBeNull();
  });
});

describe('probe stops with the reason:', () => {
  test.each([
    ['no credentials', undefined, 'authenticate', 'ERROR_ACCESS_DENIED', /`credentials`/],
    ['a wrong password', as('LAB\\ops', 'guess'), 'authenticate', 'ERROR_ACCESS_DENIED', /password is wrong/],
    ['an unknown user', as('LAB\\nobody'), 'authenticate', 'ERROR_ACCESS_DENIED', /does not know this user/],
    ['an expired password', as('LAB\\stale'), 'authenticate', 'ERROR_PASSWORD_EXPIRED', /change it/],
    ['a disabled account', as('LAB\\gone'), 'authenticate', 'ERROR_ACCOUNT_DISABLED', /have it enabled/],
    ['who may not open', as('LAB\\guest'), 'open-cluster', 'ERROR_ACCESS_DENIED', /security descriptor/],
    [
      'too low a level',
      as('LAB\\ops', 'Secret.1', { authLevel: 'connect' }),
      'authenticate',
      'ERROR_ACCESS_DENIED',
      /higher level/,
    ],
  ] as const)('%s', async (_, logon, stoppedAt, symbol, advice) => {
    const host = await start({ mayOpen: ['LAB\\ops'], minAuth: 'integrity' });
    expect(stopOf(await probed(host, logon))).toEqual({
      stoppedAt,
      reason: 'denied',
      symbol,
      advice: expect.stringMatching(advice),
    });
    expect(host.logons.length).toBe(logon === undefined ? 0 : 1);
  });

  test('a locked account', async () => {
    const host = await start({ lockOut: { after: 2, lasts: 60_000 } });
    for (const password of ['a', 'b']) await probed(host, as('LAB\\ops', password));
    expect(stopOf(await probed(host, as('LAB\\ops')))).toMatchObject({
      stoppedAt: 'authenticate',
      symbol: 'ERROR_ACCOUNT_LOCKED_OUT',
    });
  });

  test('a clock that is an hour off', async () => {
    const HOUR = 3_600_000;
    const late: Clock = {
      now: () => systemClock.now() - HOUR,
      at: (time, run) => systemClock.at(time + HOUR, run),
    };
    const host = await start({ network: { ...udpNetwork, clock: late } });
    expect(stopOf(await probed(host, as('LAB\\ops')))).toMatchObject({
      stoppedAt: 'authenticate',
      reason: 'denied',
      symbol: 'ERROR_TIME_SKEW',
      advice: expect.stringMatching(/clocks/),
    });
  });

  test('a server without NTLM', async () => {
    const host = await EmulatedHost.start();
    hosts.push(host);
    expect(stopOf(await probed(host, as('LAB\\ops')))).toMatchObject({
      stoppedAt: 'authenticate',
      reason: 'denied',
      symbol: 'RPC_S_UNKNOWN_AUTHN_SERVICE',
      advice: expect.stringMatching(/has no NTLM/),
    });
  });
});

describe('a refused logon', () => {
  const targets = ['127.0.0.1', 'localhost', '127.0.0.1', 'localhost'];

  test('is the last one of the run, however many targets there are', async () => {
    const host = await start();
    const run = { endpointMapperPort: host.mapperPort, concurrency: 4, family: 4 } as const;
    const { results } = await probe(targets, { ...run, logon: as('LAB\\ops', 'guess') });
    expect(results.map(stopOf)).toMatchObject(new Array(4).fill({ stoppedAt: 'authenticate', reason: 'denied' }));
    expect(host.logons).toMatchObject([{ user: 'ops', refusal: 'wrong-password' }]);
  });

  test('is repeated for who insists', async () => {
    const host = await start();
    const run = { endpointMapperPort: host.mapperPort, family: 4 } as const;
    await probe(targets, { ...run, logon: as('LAB\\ops', 'guess', { keepTrying: true }) });
    expect(host.logons.length).toBe(4);
  });
});

describe('with --ntlm-dialect auto', () => {
  test('a refused logon is not tried another way', async () => {
    const host = await start({ ntlmDialect: 'call,protected' });
    const logon = as('LAB\\ops', 'guess', { ntlmDialect: 'auto' });
    expect(stopOf(await probed(host, logon))).toMatchObject({ stoppedAt: 'authenticate', reason: 'denied' });
    expect(host.logons).toMatchObject([{ refusal: 'wrong-password' }]);
  });
});

describe('openCluster', () => {
  test('asks for the password and opens', async () => {
    const host = await start();
    const cluster = await openCluster('127.0.0.1', {
      backend: 'wire',
      endpointMapperPort: host.mapperPort,
      credentials: { user: 'LAB\\ops', password: async () => 'Secret.1' },
    });
    expect(cluster.name).toBe('CLUSTER1');
    expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
    await cluster.close();
  });

  test('says at which stage it was refused and what to do', async () => {
    const host = await start();
    await expect(
      openCluster('127.0.0.1', {
        backend: 'wire',
        endpointMapperPort: host.mapperPort,
        credentials: { user: 'LAB\\ops', password: 'guess' },
      }),
    ).rejects.toMatchObject({
      code: 'ERROR_ACCESS_DENIED',
      stage: 'authenticate',
      advice: expect.stringMatching(/password is wrong/),
    });
  });
});
