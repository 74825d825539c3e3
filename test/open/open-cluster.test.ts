import { getEventListeners } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { mapperFromEnvironment } from '../../src/open/hosts.ts';
import { type OpenClusterOptions, openCluster } from '../../src/open/open-cluster.ts';
import { isClusError, LocalMisuseError } from '../../src/status/errors.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of open.splice(0).reverse()) await each.close();
});

async function host(options: EmulatedHostOptions = {}) {
  const started = await EmulatedHost.start({ hostProfile: 'windows-2000-sp3', ...options });
  open.push(started);
  return started;
}

function to(emulated: EmulatedHost, options: OpenClusterOptions = {}) {
  return openCluster('127.0.0.1', {
    backend: 'wire',
    transport: 'udp',
    endpointMapperPort: emulated.mapperPort,
    stageTimeout: 300,
    ...options,
  });
}

test('an open cluster knows its name, node, version, nodes and backend', async () => {
  const cluster = await to(await host({ clusterName: 'LAB', nodes: ['A', 'B'] }));
  expect(cluster).toMatchObject({
    name: 'LAB',
    node: 'A',
    backend: 'wire',
    version: { major: 5, minor: 0, build: 2195, servicePack: 'Service Pack 3' },
  });
  expect(await cluster.nodes()).toEqual(['A', 'B']);
  await cluster.close();
});

test('an open sends what OpenCluster sends, and a close ends it', async () => {
  const emulated = await host();
  const cluster = await to(emulated);
  await cluster.close();
  expect(emulated.calls().map(({ operation }) => operation)).toEqual([
    'ept_map',
    'ApiGetClusterName',
    'ApiOpenCluster',
    'ApiCreateEnum',
    'ApiGetClusterVersion2',
    'ApiCloseCluster',
  ]);
});

test('close runs once however often it is called, and later use is misuse', async () => {
  const emulated = await host();
  const cluster = await to(emulated);
  await Promise.all([cluster.close(), cluster.close()]);
  expect(emulated.calls('ApiCloseCluster')).toHaveLength(1);
  await cluster.close();
  await expect(cluster.nodes()).rejects.toBeInstanceOf(LocalMisuseError);
  await cluster[Symbol.asyncDispose]();
});

test('close never throws because the server is dead, and waits no longer than closeTimeout', async () => {
  const emulated = await host();
  const cluster = await to(emulated, { closeTimeout: 100 });
  await emulated.close();
  await cluster.close();
});

test('the first request may go to the mapper, which forwards it', async () => {
  const emulated = await host();
  const cluster = await to(emulated, { resolution: 'forward' });
  expect(emulated.calls('ept_map')).toHaveLength(0);
  await cluster.close();
});

test('a known endpoint needs no mapper', async () => {
  const emulated = await host();
  const endpoint = emulated.addresses.clusapiUdp ?? 0;
  const cluster = await openCluster('127.0.0.1', { backend: 'wire', endpoint });
  expect(emulated.calls('ept_map')).toHaveLength(0);
  await cluster.close();
});

test('errors carry code, errno, syscall, stage and advice', async () => {
  const emulated = await host();
  emulated.faults.add({ on: 'ApiOpenCluster', action: { win32: 'ERROR_ACCESS_DENIED' } });
  const error = await to(emulated).catch((caught: unknown) => caught);
  expect(isClusError(error)).toBe(true);
  expect(error).toMatchObject({
    code: 'ERROR_ACCESS_DENIED',
    errno: 5,
    syscall: 'ApiOpenCluster',
    stage: 'open-cluster',
  });
});

test('blocked callbacks are told apart from a dead server', async () => {
  const emulated = await host({ faults: { 'callback-drop': 1 } });
  await expect(to(emulated, { stageTimeout: 1_500 })).rejects.toMatchObject({
    stage: 'callback-path',
    advice: expect.stringContaining('calls this client back'),
  });
  const silent = await host({ faults: { drop: 1 } });
  await expect(to(silent)).rejects.toMatchObject({ stage: 'mapper-reachable', code: 'ERR_CLUSRPC_TIMEOUT' });
});

test('a cluster service that is down is not registered', async () => {
  const emulated = await host();
  for (const node of emulated.model.nodes) await emulated.nodeDown(node.name);
  await expect(to(emulated)).rejects.toMatchObject({
    stage: 'interface-registered',
    code: 'EPT_S_NOT_REGISTERED',
    errno: 1753,
  });
});

test('an abort rejects with its reason and leaves nothing behind', async () => {
  const emulated = await host({ faults: { drop: 1 } });
  const reason = new Error('enough');
  const controller = new AbortController();
  const opening = to(emulated, { signal: controller.signal, stageTimeout: 60_000 });
  controller.abort(reason);
  await expect(opening).rejects.toBe(reason);
  await expect(to(emulated, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('twenty opens may wait on one signal', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const emulated = await host();
  const { signal } = new AbortController();
  const opened = await Promise.all(Array.from({ length: 20 }, () => to(emulated, { signal, stageTimeout: 5_000 })));
  await Promise.all(opened.map((cluster) => cluster.close()));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('the whole open ends in time whatever its stages may take', async () => {
  const emulated = await host({ faults: { drop: 1 } });
  await expect(to(emulated, { timeout: 120, stageTimeout: 60_000 })).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_TIMEOUT',
  });
});

test('local ports are taken in order and given back', async () => {
  const emulated = await host();
  const first = await to(emulated, { localAddress: '127.0.0.1' });
  const [{ from } = { from: { port: 0 } }] = emulated.calls('ApiGetClusterName');
  const range = `${from.port}`;
  await expect(to(emulated, { localAddress: '127.0.0.1', localPorts: range })).rejects.toMatchObject({
    syscall: 'bind',
  });
  await first.close();
  const second = await to(emulated, { localAddress: '127.0.0.1', localPorts: range });
  expect(emulated.calls('ApiGetClusterName').at(-1)?.from.port).toBe(from.port);
  await second.close();
});

test('CLUSRPC_HOSTS points names at mappers', async () => {
  const emulated = await host();
  vi.stubEnv('CLUSRPC_HOSTS', `CLUSTER1=127.0.0.1:${emulated.mapperPort}`);
  const cluster = await openCluster('cluster1', { backend: 'wire' });
  expect(cluster.name).toBe('CLUSTER1');
  await cluster.close();
});

test('an entry of CLUSRPC_HOSTS that cannot be read is named', () => {
  expect(mapperFromEnvironment('B', 'A=127.0.0.1, b=[::1]:1135')).toEqual({ host: '::1', port: 1_135 });
  expect(mapperFromEnvironment('C', 'A=127.0.0.1')).toBeNull();
  for (const text of ['A', 'A=', '=1.2.3.4', 'A=1.2.3.4:0', 'A=1.2.3.4:99999', 'A=::1']) {
    expect(() => mapperFromEnvironment('A', text)).toThrow(/CLUSRPC_HOSTS: .* is not NAME=ADDRESS:PORT/);
  }
});

test('CLUSRPC_BACKEND chooses for auto, and a wrong one is named', async () => {
  vi.stubEnv('CLUSRPC_BACKEND', 'telepathy');
  await expect(openCluster('CLUSTER1')).rejects.toThrow(
    'CLUSRPC_BACKEND: "telepathy" is none of auto, native, ffi, wire, emulated',
  );
});

test('CLUSRPC_BACKEND=emulated opens a cluster of any name in an emulator of its own', async () => {
  vi.stubEnv('CLUSRPC_BACKEND', 'emulated');
  const cluster = await openCluster('ANYTHING');
  expect(cluster).toMatchObject({ backend: 'emulated', name: 'ANYTHING', node: 'NODE1' });
  expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
  await cluster.close();
});

test.skipIf(process.platform === 'win32')('native and ffi say what they need', async () => {
  for (const backend of ['native', 'ffi'] as const) {
    await expect(openCluster('CLUSTER1', { backend })).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
      message: expect.stringContaining('Windows'),
      advice: expect.stringContaining('wire'),
    });
  }
});

test('a name without an address fails at the first stage', async () => {
  await expect(openCluster('no-such-host.invalid', { backend: 'wire' })).rejects.toMatchObject({ stage: 'resolve' });
  await expect(openCluster(' ')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
});

test('after a fail-over a handle is lost, or reconnects where it was opened so, from a new port each time', async () => {
  const emulated = await host();
  vi.stubEnv('CLUSRPC_HOSTS', `CLUSTER1=127.0.0.1:${emulated.mapperPort},NODE2=127.0.0.1:${emulated.mapperPort}`);
  const limits = { backend: 'wire', transport: 'udp', stageTimeout: 300 } as const;
  const lost = await openCluster('CLUSTER1', limits);
  const kept = await openCluster('CLUSTER1', { ...limits, reconnect: 'windows-2000' });
  const ports = () => new Set(emulated.calls('ApiOpenCluster').map(({ from }) => from.port));
  expect(ports().size).toBe(2);
  await emulated.failOver('Cluster Group', 'NODE2');
  await expect(lost.groupInfo('Cluster Group', { stageTimeout: 300 })).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_TIMEOUT',
  });
  expect((await kept.groupInfo('Cluster Group', { stageTimeout: 300 })).owner).toBe('NODE2');
  expect(ports().size).toBe(3);
  await Promise.all([lost.close(), kept.close()]);
  await expect(openCluster('CLUSTER1', { ...limits, reconnect: 'vista' as 'none' })).rejects.toBeInstanceOf(
    LocalMisuseError,
  );
});
