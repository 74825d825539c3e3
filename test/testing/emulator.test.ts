import { expect, test } from 'vitest';
import { openCluster } from '../../src/open/open-cluster.ts';
import { startEmulator } from '../../src/testing.ts';
import { boundPorts, udpSocketsOfThisProcess } from '../emulator/udp-ports.ts';

test('openCluster lands in an emulator that is installed, by any of its names, until it is uninstalled', async () => {
  const emulator = await startEmulator({ cluster: { name: 'CLUSTER1', nodes: ['NODE1', 'NODE2'] } });
  const uninstall = emulator.install();
  for (const name of ['CLUSTER1', 'cluster1', 'node2']) {
    const cluster = await openCluster(name);
    expect(cluster).toMatchObject({ name: 'CLUSTER1', node: 'NODE1', backend: 'emulated' });
    expect(cluster.version.servicePack).toBe('Service Pack 3');
    expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
    await cluster.close();
  }
  uninstall();
  await expect(openCluster('CLUSTER1', { backend: 'wire', endpointMapperPort: 1, timeout: 1 })).rejects.toThrow();
  await emulator.close();
});

test('a cluster that asks who calls opens for the credentials of openCluster, and for nobody else', async () => {
  const emulator = await startEmulator({
    users: [
      { user: 'LAB\\ops', password: 'Secret.1' },
      { user: 'LAB\\guest', password: 'Secret.1' },
    ],
    minAuth: 'integrity',
    mayOpen: ['LAB\\ops'],
  });
  emulator.install();
  const as = (user: string, password = 'Secret.1') => openCluster('CLUSTER1', { credentials: { user, password } });
  const cluster = await as('LAB\\ops');
  expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
  await cluster.close();
  await expect(openCluster('CLUSTER1')).rejects.toMatchObject({ errno: 5, stage: 'authenticate' });
  await expect(as('LAB\\ops', 'guess')).rejects.toMatchObject({ errno: 5, stage: 'authenticate' });
  await expect(as('LAB\\guest')).rejects.toMatchObject({ errno: 5, stage: 'open-cluster' });
  expect(emulator.counters).toMatchObject({ logons: 3, logonsRefused: 1 });
  await emulator.close();
});

test('the example of the documentation holds', async () => {
  const emulator = await startEmulator({
    cluster: { name: 'CLUSTER1', nodes: ['NODE1', 'NODE2'] },
    hostProfile: 'windows-2000-sp3',
    client: { profile: 'windows-2000-sp3', ports: '5000-5019' },
    time: 'virtual',
    seed: 7,
  });
  emulator.install();
  emulator.fault({ on: 'callback', action: 'drop', times: 1 });
  emulator.fault({ on: 'ApiOpenCluster', nth: 3, action: { win32: 'ERROR_ACCESS_DENIED' } });
  const outcomes: string[] = [];
  for (let i = 0; i < 4; i++) {
    try {
      const cluster = await openCluster('CLUSTER1');
      await cluster.close();
      outcomes.push('open');
    } catch (error) {
      outcomes.push((error as { code: string }).code);
    }
  }
  expect(outcomes).toEqual(['open', 'open', 'ERROR_ACCESS_DENIED', 'open']);
  expect(emulator.ports.snapshot()).toEqual({ pool: 20, inUse: 0, closing: 4, recycled: 0, leaked: 0 });
  await emulator.advance('10m');
  expect(emulator.ports.snapshot()).toEqual({ pool: 20, inUse: 0, closing: 0, recycled: 4, leaked: 0 });
  expect(emulator.calls('ApiOpenCluster').map(({ result }) => result.status)).toEqual([0, 0, 5, 0]);
  await emulator.failOver('Cluster Group', 'NODE2');
  expect((await openCluster('CLUSTER1')).node).toBe('NODE2');
  await emulator.close();
});

test('opens that fail leak ports until the machine is exhausted, on Service Pack 3 and not on 4', async () => {
  for (const [profile, leaked] of [
    ['windows-2000-sp3', 5],
    ['windows-2000-sp4', 0],
  ] as const) {
    const emulator = await startEmulator({ client: { profile, ports: '5000-5004' } });
    emulator.install();
    emulator.fault({ on: 'open', times: 5, action: 'no-memory' });
    for (let i = 0; i < 5; i++) await expect(openCluster('CLUSTER1')).rejects.toMatchObject({ errno: 14 });
    expect(emulator.ports.snapshot().leaked).toBe(leaked);
    const last = openCluster('CLUSTER1');
    if (leaked === 5) await expect(last).rejects.toMatchObject({ code: 'RPC_S_OUT_OF_RESOURCES', errno: 1721 });
    else expect((await last).name).toBe('CLUSTER1');
    await emulator.close();
  }
});

test('the same seed gives the same calls at the same times', async () => {
  const run = async (seed: number) => {
    const emulator = await startEmulator({ seed, faults: 'drop=0.1,duplicate=0.2,reorder', link: { jitter: 5 } });
    for (let i = 0; i < 10; i++) await (await emulator.open('CLUSTER1')).close();
    const calls = emulator.calls();
    await emulator.close();
    return calls;
  };
  const calls = await run(3);
  expect(await run(3)).toEqual(calls);
  expect(await run(4)).not.toEqual(calls);
});

test('several emulators live beside each other, the one installed last first', async () => {
  const first = await startEmulator({ cluster: { name: 'CLUSTER1', nodes: ['A1'] } });
  const second = await startEmulator({ cluster: { name: 'CLUSTER2', nodes: ['B1'] } });
  const third = await startEmulator({ cluster: { name: 'CLUSTER1', nodes: ['C1'] } });
  for (const each of [first, second, third]) each.install();
  expect((await openCluster('CLUSTER2')).node).toBe('B1');
  expect((await openCluster('CLUSTER1')).node).toBe('C1');
  await third.close();
  expect((await openCluster('CLUSTER1')).node).toBe('A1');
  await Promise.all([first.close(), second.close()]);
});

test('opens at the same time share virtual time', async () => {
  const emulator = await startEmulator({ client: { ports: '5000-5099' } });
  const sessions = await Promise.all(Array.from({ length: 50 }, () => emulator.open('CLUSTER1')));
  expect(emulator.ports.snapshot().inUse).toBe(50);
  await Promise.all(sessions.map((session) => session.close()));
  expect(emulator.ports.snapshot().closing).toBe(50);
  await emulator.close();
});

test('virtual time stands still while nobody waits', async () => {
  const emulator = await startEmulator();
  await emulator.open('CLUSTER1');
  const before = emulator.now();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(emulator.now()).toBe(before);
  await emulator.advance('1s');
  expect(emulator.now()).toBe(before + 1_000);
  await emulator.close();
});

test('a hanging program is told on virtual time, and goes on when another program ends', async () => {
  const emulator = await startEmulator({ client: { ports: '5000', onExhaustion: 'hang' } });
  const other = emulator.startProcess('other');
  await other.open('CLUSTER1');
  await expect(emulator.open('CLUSTER1')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_STANDSTILL' });
  const waiting = emulator.open('CLUSTER1');
  await other.end();
  expect((await waiting).node).toBe('NODE1');
  await emulator.close();
});

test('options that cannot be are refused with a sentence', async () => {
  const refused = (options: unknown) => startEmulator(options as Parameters<typeof startEmulator>[0]);
  await expect(refused({ time: 'fast' })).rejects.toThrow('virtual or real');
  await expect(refused({ time: 'real', link: {} })).rejects.toThrow('link conditions');
  await expect(refused({ hostProfile: 'windows-95' })).rejects.toThrow('windows-95');
  await expect(refused({ client: { profile: 'windows-95' } })).rejects.toThrow('windows-95');
  await expect(refused({ client: { ports: '5019-5000' } })).rejects.toThrow('backwards');
  await expect(refused({ client: { failures: { rate: 2 } } })).rejects.toThrow('from 0 to 1');
  await expect(refused({ faults: 'loss=1' })).rejects.toThrow('unknown fault');
  await expect(refused({ cluster: { nodes: [] } })).rejects.toThrow('one node or more');
  const emulator = await startEmulator();
  await expect(emulator.advance('soon')).rejects.toThrow('not a duration');
  await emulator.close();
  await expect(emulator.open('CLUSTER1')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  expect(() => emulator.install()).toThrow('closed');
});

test('on real time every emulator has addresses of its own, and nothing is left after close', async () => {
  const before = udpSocketsOfThisProcess();
  const emulators = await Promise.all(
    Array.from({ length: 5 }, (_, i) =>
      startEmulator({ time: 'real', cluster: { name: `C${i}` }, client: { ports: '5000-5009' } }),
    ),
  );
  expect(new Set(emulators.map(({ clientAddress }) => clientAddress)).size).toBe(5);
  for (const [i, emulator] of emulators.entries()) {
    emulator.install();
    const cluster = await openCluster(`C${i}`);
    expect(boundPorts(emulator.clientAddress)).toEqual([5000]);
    await cluster.close();
    await expect(emulator.advance('1s')).rejects.toThrow('real time');
  }
  await Promise.all(emulators.map((emulator) => emulator.close()));
  expect(udpSocketsOfThisProcess()).toEqual(before);
});

test('on real time a backend of the wire finds the emulated host by its mapper', async () => {
  const emulator = await startEmulator({ time: 'real' });
  const { host, epmUdp } = emulator.addresses;
  const cluster = await openCluster(host, { backend: 'wire', endpointMapperPort: epmUdp, localAddress: '127.0.0.1' });
  expect(cluster).toMatchObject({ name: 'CLUSTER1', backend: 'wire' });
  await cluster.close();
  await emulator.close();
});
