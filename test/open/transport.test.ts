import { afterEach, describe, expect, test, vi } from 'vitest';
import { AUTH_LEVELS } from '../../src/auth/datagram/level.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { HOST_PROFILES, type HostProfileName } from '../../src/emulator/host-profiles.ts';
import { type OpenClusterOptions, openCluster } from '../../src/open/open-cluster.ts';
import { account } from '../auth/ntlm/kit.ts';
import { rejection } from '../emulator/kit.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of open.splice(0).reverse()) await each.close();
});

async function host(options: EmulatedHostOptions = {}) {
  const started = await EmulatedHost.start(options);
  open.push(started);
  return started;
}

async function to(emulated: EmulatedHost, options: OpenClusterOptions = {}) {
  const endpointMapperPort = emulated.mapperPort;
  const cluster = await openCluster('127.0.0.1', {
    backend: 'wire',
    endpointMapperPort,
    stageTimeout: 600,
    ...options,
  });
  open.push(cluster);
  return cluster;
}

const OPENS = ['ApiGetClusterName', 'ApiOpenClusterEx', 'ApiCreateEnum', 'ApiGetClusterVersion2'];

const LATER = (Object.keys(HOST_PROFILES) as HostProfileName[]).filter((name) => HOST_PROFILES[name].clusapi === 3);

test.each(LATER)('over TCP %s tells its own version', async (hostProfile) => {
  const emulated = await host({ hostProfile });
  const cluster = await to(emulated, { transport: 'tcp' });
  const { major, minor, build, servicePack, vendor } = HOST_PROFILES[hostProfile];
  expect(cluster).toMatchObject({
    name: 'CLUSTER1',
    node: 'NODE1',
    version: { major, minor, build, servicePack, vendor },
  });
  expect(emulated.addresses).toMatchObject({ epmUdp: null, clusapiUdp: null });
  expect(emulated.calls().map(({ operation }) => operation)).toEqual(['ept_map', ...OPENS]);
});

test('over TCP a cluster is asked the same questions as over UDP, with the same answers', async () => {
  const groups = [{ name: 'SQL', resources: [{ name: 'SQL IP', type: 'IP Address' }] }];
  const [older, later] = [await host({ groups }), await host({ groups, hostProfile: 'windows-server-2012-r2' })];
  const [udp, tcp] = await Promise.all([to(older, { transport: 'udp' }), to(later, { transport: 'tcp' })]);
  expect(await tcp.inventory()).toEqual(await udp.inventory());
  expect(await tcp.quorum()).toEqual(await udp.quorum());
  expect(await tcp.groups()).toContain('SQL');
});

test('a handle lives as long as its connection, and is closed by its owner', async () => {
  const emulated = await host({ hostProfile: 'windows-server-2016' });
  const cluster = await to(emulated, { transport: 'tcp' });
  expect(emulated.counters).toMatchObject({ handles: 1, connections: 2, violations: 0 });
  await cluster.close();
  expect(emulated.calls('ApiCloseCluster')).toMatchObject([{ result: { kind: 'response', status: 0 } }]);
  await vi.waitFor(() => expect(emulated.counters).toMatchObject({ handles: 0, rundowns: 0 }));
});

describe('transport auto', () => {
  test('takes what the mapper has', async () => {
    const older = await to(await host());
    const later = await to(await host({ hostProfile: 'windows-server-2019' }));
    expect([older.version.major, later.version.major]).toEqual([5, 10]);
  });

  test('finds by TCP a service that is called over UDP, when the mapper is silent over UDP', async () => {
    const emulated = await host();
    emulated.faults.add({ on: 'mapper', action: 'drop' });
    const cluster = await to(emulated);
    expect(cluster.version.major).toBe(5);
  });

  test('names a port where neither answers by the farther of both', async () => {
    const emulated = await host({ streams: null });
    await emulated.close();
    const error = await rejection(to(emulated, { stageTimeout: 200 }));
    expect(error).toMatchObject({ stage: 'mapper-reachable' });
  });

  test('is UDP where an option is for UDP only', async () => {
    const emulated = await host();
    await to(emulated, { localPorts: '20000-40000' });
    expect(emulated.counters.connections).toBe(0);
  });
});

test('a mapper without ClusAPI 3.0 says so', async () => {
  const error = await rejection(to(await host(), { transport: 'tcp' }));
  expect(error).toMatchObject({ code: 'EPT_S_NOT_REGISTERED', stage: 'interface-registered' });
});

test('after a fail-over the old connection is gone, and the cluster is found at its new port', async () => {
  const emulated = await host({ hostProfile: 'windows-server-2016' });
  const cluster = await to(emulated, { transport: 'tcp' });
  await emulated.failOver('Cluster Group', 'NODE2');
  expect(await rejection(cluster.nodes())).toMatchObject({ code: 'RPC_S_SERVER_UNAVAILABLE' });
  expect((await to(emulated, { transport: 'tcp' })).node).toBe('NODE2');
});

describe('a logon over TCP', () => {
  const users = [account('ops', 'Secret.1'), account('guest', 'Secret.1')];
  const as = (user: string, password = 'Secret.1') => ({ credentials: { user, password } });

  test.each(AUTH_LEVELS)('at level %s', async (authLevel) => {
    const emulated = await host({ hostProfile: 'windows-server-2016', users, minAuth: 'connect' });
    const cluster = await to(emulated, { transport: 'tcp', authLevel, ...as('LAB\\ops') });
    expect((await cluster.inventory()).groups).toHaveLength(1);
    expect(emulated.logons).toMatchObject([{ user: 'ops', domain: 'LAB', refusal: null }]);
    expect(emulated.counters).toMatchObject({ unauthenticated: 0, violations: 0 });
  });

  test('is at level privacy, below which a server of 3.0 refuses', async () => {
    const emulated = await host({ hostProfile: 'windows-server-2019', users });
    await to(emulated, { transport: 'auto', ...as('LAB\\ops') });
    const low = await rejection(to(emulated, { authLevel: 'integrity', ...as('LAB\\ops') }));
    expect(low).toMatchObject({ code: 'ERROR_ACCESS_DENIED', stage: 'authenticate' });
    expect(await rejection(to(emulated))).toMatchObject({ code: 'ERROR_ACCESS_DENIED', stage: 'authenticate' });
  });

  test('with a wrong password is refused at the stage authenticate', async () => {
    const emulated = await host({ hostProfile: 'windows-server-2019', users });
    const error = await rejection(to(emulated, { transport: 'tcp', ...as('LAB\\ops', 'wrong') }));
    expect(error).toMatchObject({ code: 'ERROR_ACCESS_DENIED', stage: 'authenticate' });
    expect(emulated.logons).toMatchObject([{ refusal: 'wrong-password' }]);
  });

  test('of somebody who may not open the cluster is refused there', async () => {
    const emulated = await host({ hostProfile: 'windows-server-2019', users, mayOpen: ['ops'] });
    const error = await rejection(to(emulated, { transport: 'tcp', ...as('LAB\\guest') }));
    expect(error).toMatchObject({ code: 'ERROR_ACCESS_DENIED', stage: 'open-cluster' });
  });
});

test.each([
  [{ transport: 'ipx' as 'tcp' }, /none of auto, udp, tcp/],
  [{ transport: 'tcp', localPorts: '5000' } as const, /need transport udp/],
])('%j is refused', async (options, message) => {
  await expect(openCluster('127.0.0.1', { backend: 'wire', ...options })).rejects.toThrow(message);
});
