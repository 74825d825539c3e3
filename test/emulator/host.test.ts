import { expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import { ClusterClient } from '../../src/client/cluster-client.ts';
import { openSession } from '../../src/client/cluster-session.ts';
import { lookupEndpoints, mapEndpoint } from '../../src/client/endpoint-mapper.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { DATAGRAM_HOST_PROFILES, HOST_PROFILES, type HostProfileName } from '../../src/emulator/host-profiles.ts';
import { ApiCreateEnum, CLUSAPI_V2, CLUSAPI_V3, CLUSTER_ENUM } from '../../src/interface/clusapi/index.ts';
import { MGMT } from '../../src/interface/mgmt/index.ts';
import { RpcServer } from '../../src/server/rpc-server.ts';
import { HOST, rejection, virtualHost } from './kit.ts';

const EMPTY_STUB = new Uint8Array(0);

const OTHER = { uuid: uuid('0f0e0d0c-0b0a-0908-0706-050403020100'), version: { major: 1, minor: 0 } };

test('a client opens and closes the cluster over the mapper', async () => {
  const { open, host, time } = await virtualHost({ clusterName: 'CLUSTER1', nodes: ['NODE1', 'NODE2'] });
  const cluster = await open();
  expect(cluster).toMatchObject({ name: 'CLUSTER1', node: 'NODE1' });
  expect(cluster.version).toEqual({ major: 5, minor: 0, build: 2195, servicePack: 'Service Pack 3', vendor: '' });
  expect(await time.run(() => cluster.nodes())).toEqual(['NODE1', 'NODE2']);
  expect(host.counters.handles).toBe(1);
  expect(await time.run(() => cluster.close())).toBeNull();
  expect(host.counters.handles).toBe(0);
});

test('the calls arrive in the order of OpenCluster, with time, caller and result', async () => {
  const { open, host, time, clock } = await virtualHost();
  const before = clock.now();
  const cluster = await open();
  await time.run(() => cluster.close());
  expect(host.calls().map(({ operation }) => operation)).toEqual([
    'ept_map',
    'ApiGetClusterName',
    'ApiOpenCluster',
    'ApiCreateEnum',
    'ApiGetClusterVersion2',
    'ApiCloseCluster',
  ]);
  const [opened] = host.calls('apiopencluster');
  expect(opened).toMatchObject({ from: { port: 5000 }, result: { kind: 'response', status: 0 } });
  expect(opened?.time).toBeGreaterThan(before);
});

test.each(DATAGRAM_HOST_PROFILES)('%s tells its own version', async (hostProfile) => {
  const { open } = await virtualHost({ hostProfile });
  const { version } = await open();
  const { major, minor, build, servicePack, vendor } = HOST_PROFILES[hostProfile];
  expect(version).toEqual({ major, minor, build, servicePack, vendor });
});

test('a host like Windows NT 4.0 SP3 refuses operation 102 with 1745, and operation 4 answers', async () => {
  const { open, host } = await virtualHost({
    hostProfile: { ...HOST_PROFILES['windows-nt4-sp6'], servicePack: 'Service Pack 3', clusterVersion2: false },
  });
  expect((await open()).version).toMatchObject({ major: 4, build: 0xe0, servicePack: 'Service Pack 3' });
  expect(host.calls('ApiGetClusterVersion')).toHaveLength(1);
  expect(host.calls('ApiGetClusterVersion2')).toHaveLength(0);
});

test('a profile that serves ClusAPI 3.0 needs connections, and an unknown one lists the known ones', async () => {
  const later = await rejection(virtualHost({ hostProfile: 'windows-server-2008' }));
  expect(later).toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION', message: expect.stringContaining('over TCP') });
  expect(later.advice).toContain('windows-server-2003');
  const unknown = await rejection(virtualHost({ hostProfile: 'windows-95' as HostProfileName }));
  expect(unknown.advice).toContain('windows-2000-sp4');
});

test('a first request at the mapper is forwarded, the server answers from its own port, and the client re-points', async () => {
  const { open, host, rpc, time } = await virtualHost();
  const caller = rpc.bind({ host: HOST, port: 135 }, { viaMapper: true });
  await time.run(() => new ClusterClient(caller).name());
  expect(caller.server).toEqual({ host: HOST, port: host.addresses.clusapiUdp });
  await open({ resolution: 'forward' });
  expect(host.counters.forwarded).toBe(2);
  expect(host.calls('ept_map')).toHaveLength(0);
});

test('the quorum resource is a resource of the cluster group, with the path and size of its log', async () => {
  const { open, host, time } = await virtualHost();
  const cluster = await open();
  const quorum = await time.run(() => cluster.quorum());
  expect(quorum).toEqual({ name: 'Disk Q:', path: 'Q:\\MSCS\\', maxLogSize: 0x10000 });
  expect(host.model.group('Cluster Group').resources).toContain(quorum.name);
  expect(host.calls('ApiGetQuorumResource')).toMatchObject([{ result: { kind: 'response', status: 0 } }]);
});

test('a session answers nothing after its close, which runs once', async () => {
  const { open, host, time } = await virtualHost();
  const cluster = await open();
  await time.run(() => Promise.all([cluster.close(), cluster.close()]));
  expect(await cluster.close()).toBeNull();
  expect(host.calls('ApiCloseCluster')).toHaveLength(1);
  for (const question of [cluster.nodes, cluster.quorum]) {
    await expect(question()).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  }
});

test('the mapper rejects a request for an interface that nobody registered', async () => {
  const { mapper, time, host } = await virtualHost();
  await expect(time.run(() => mapper().call(OTHER, 0, EMPTY_STUB))).rejects.toMatchObject({
    status: 0x1c010003,
    code: 'RPC_S_UNKNOWN_IF',
  });
  await expect(time.run(() => mapper().call(CLUSAPI_V3, 3, EMPTY_STUB))).rejects.toMatchObject({ status: 0x1c010003 });
  expect(host.counters.forwarded).toBe(0);
});

test('a server of a stranger that is registered at the host is mapped and forwarded to', async () => {
  const { mapper, time, host, network, newUuid } = await virtualHost();
  const server = await RpcServer.open({ network, local: { host: HOST, port: 2000 }, newUuid });
  server.serve({ ...OTHER, operations: [({ stub }) => stub] });
  const unregister = host.register({
    interface: OTHER,
    protocol: 'ncadg_ip_udp',
    port: 2000,
    annotation: 'Other',
    server,
  });
  const echo = await time.run(() => mapper().call(OTHER, 0, Uint8Array.of(1, 2, 3, 4)));
  expect([...echo.stub]).toEqual([1, 2, 3, 4]);
  expect(await time.run(() => mapEndpoint(mapper(), OTHER))).toMatchObject([{ port: 2000, address: HOST }]);
  unregister();
  await expect(time.run(() => mapEndpoint(mapper(), OTHER))).rejects.toMatchObject({ code: 'EPT_S_NOT_REGISTERED' });
});

test('ept_lookup lists everything in several batches, and leaves no handle behind', async () => {
  const { mapper, time, host } = await virtualHost();
  for (let i = 0; i < 10; i++) {
    const id = { ...OTHER, version: { major: i + 1, minor: 0 } };
    host.register({ interface: id, protocol: 'ncadg_ip_udp', port: 3000 + i, annotation: `Number ${i}`, server: null });
  }
  const entries = await time.run(async () => {
    const found: unknown[] = [];
    for await (const { port, annotation } of lookupEndpoints(mapper())) found.push(`${port} ${annotation}`);
    return found;
  });
  expect(entries).toEqual([
    `${host.addresses.clusapiUdp} `,
    ...Array.from({ length: 10 }, (_, i) => `${3000 + i} Number ${i}`),
  ]);
  expect(host.calls('ept_lookup').length).toBeGreaterThan(2);
});

test('ept_map answers no more than was asked for, and goes on where it stopped', async () => {
  const { mapper, time, host } = await virtualHost();
  for (let i = 0; i < 9; i++) {
    host.register({ interface: OTHER, protocol: 'ncadg_ip_udp', port: 3000 + i, annotation: '', server: null });
  }
  const towers = await time.run(() => mapEndpoint(mapper(), OTHER));
  expect(towers.map(({ port }) => port)).toEqual([3000, 3001, 3002, 3003]);
  expect(host.calls('ept_lookup_handle_free')).toHaveLength(1);
});

test('ApiCreateEnum lists every kind, and refuses a kind that does not exist', async () => {
  const { rpc, time, host } = await virtualHost({ groups: [{ name: 'Files', resources: ['Disk F:', 'Share'] }] });
  const binding = rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 });
  const list = async (type: number) => {
    const { stub, littleEndian } = await time.run(() =>
      binding.call(CLUSAPI_V2, 7, ApiCreateEnum.encodeRequest({ type })),
    );
    return ApiCreateEnum.decodeResponse(stub, littleEndian);
  };
  const { entries } = await list(CLUSTER_ENUM.node | CLUSTER_ENUM.group | CLUSTER_ENUM.resource);
  expect(entries?.map(({ type, name }) => `${type} ${name}`)).toEqual([
    '1 NODE1',
    '1 NODE2',
    '4 Cluster IP Address',
    '4 Cluster Name',
    '4 Disk Q:',
    '4 Disk F:',
    '4 Share',
    '8 Cluster Group',
    '8 Files',
  ]);
  expect((await list(CLUSTER_ENUM.internalNetwork)).entries).toEqual([
    { type: CLUSTER_ENUM.internalNetwork, name: 'Public' },
  ]);
  for (const wrong of [0, 0x40, CLUSTER_ENUM.internalNetwork | CLUSTER_ENUM.node]) {
    expect(await list(wrong)).toEqual({ entries: null, status: 87 });
  }
});

test('an operation that the host does not have is out of range', async () => {
  const { rpc, time, host } = await virtualHost();
  const binding = rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 });
  await expect(time.run(() => binding.call(CLUSAPI_V2, 200, EMPTY_STUB))).rejects.toMatchObject({ errno: 1745 });
});

test('a host that wants authentication denies every operation', async () => {
  const { open } = await virtualHost({ requireAuth: true });
  await expect(open()).rejects.toMatchObject({ code: 'ERROR_ACCESS_DENIED', errno: 5, stage: 'authenticate' });
});

test('a handle belongs to the process that opened it', async () => {
  const { open, host, network, newUuid, time } = await virtualHost();
  await open();
  const stranger = await RpcClient.open({ network, localAddress: '192.0.2.30', newUuid, addressSpace: newUuid() });
  const port = host.addresses.clusapiUdp ?? 0;
  const client = new ClusterClient(stranger.bind({ host: HOST, port }));
  const theirs = { attributes: 0, uuid: uuid('11111111-2222-3333-4444-555555555555') };
  await expect(time.run(() => client.close(theirs))).rejects.toMatchObject({ code: 'ERROR_INVALID_HANDLE' });
  expect(host.counters.handles).toBe(1);
});

test('an open that is sent as idempotent gets no handle, since nobody would own it', async () => {
  const { rpc, time, host } = await virtualHost();
  const binding = rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 });
  const opening = time.run(() => binding.call(CLUSAPI_V2, 0, EMPTY_STUB, { semantics: 'idempotent' }));
  await expect(opening).rejects.toMatchObject({ name: 'FaultError', status: 0x1c00001a });
  expect(host.counters.handles).toBe(0);
});

test('handles are run down when their client has been silent for 300 s, and not before', async () => {
  const { open, host, time, rpc } = await virtualHost();
  await open();
  await time.advance('10m');
  expect(host.counters).toMatchObject({ handles: 1, rundowns: 0 });
  await rpc.close();
  await time.advance('290s');
  expect(host.counters.handles).toBe(1);
  await time.advance('70s');
  expect(host.counters).toMatchObject({ handles: 0, rundowns: 1 });
});

test('after a fail-over the other node answers, and old handles are worth nothing', async () => {
  const { open, host, time } = await virtualHost();
  const before = await open();
  const port = host.addresses.clusapiUdp;
  await host.failOver('cluster group', 'node2');
  expect(host.addresses.clusapiUdp).not.toBe(port);
  expect((await open()).node).toBe('NODE2');
  const unconfirmed = await time.run(() => before.close());
  expect(unconfirmed).toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT', stage: 'close-cluster' });
});

test('a group without the cluster name moves without disturbing anybody', async () => {
  const { open, host, time } = await virtualHost({ groups: [{ name: 'Files' }] });
  const cluster = await open();
  await host.failOver('Files', 'NODE2');
  expect(host.model.group('files').owner).toBe('NODE2');
  expect(await time.run(() => cluster.close())).toBeNull();
});

test('groups and nodes that are unknown or down cannot take part in a fail-over', async () => {
  const { host } = await virtualHost();
  await expect(host.failOver('Nothing', 'NODE2')).rejects.toMatchObject({ code: 'ERROR_GROUP_NOT_FOUND' });
  await expect(host.failOver('Cluster Group', 'NODE9')).rejects.toMatchObject({ code: 'ERROR_CLUSTER_NODE_NOT_FOUND' });
  await host.nodeDown('NODE2');
  await expect(host.failOver('Cluster Group', 'NODE2')).rejects.toMatchObject({ code: 'ERROR_CLUSTER_NODE_DOWN' });
});

test('with every node down nothing is registered, until one comes back', async () => {
  const { host, open } = await virtualHost();
  await host.nodeDown('NODE1');
  expect((await open()).node).toBe('NODE2');
  await host.nodeDown('NODE2');
  await expect(open()).rejects.toMatchObject({ stage: 'interface-registered' });
  await host.nodeUp('NODE1');
  expect((await open()).node).toBe('NODE1');
});

test('every server of the host offers the management interface', async () => {
  const { rpc, time, host } = await virtualHost();
  for (const port of [135, host.addresses.clusapiUdp ?? 0]) {
    const binding = rpc.bind({ host: HOST, port });
    const { stub } = await time.run(() =>
      binding.call(MGMT, MGMT.operations.is_server_listening, EMPTY_STUB, { semantics: 'idempotent' }),
    );
    expect([...stub]).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  }
});

test('an address that other machines reach is refused without `expose`', async () => {
  await expect(EmulatedHost.start({ address: '0.0.0.0' })).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_INVALID_OPTION',
  });
});

test('over real UDP the service takes a port of its range and may answer from another address', async () => {
  const host = await EmulatedHost.start({ address: '127.0.0.1', ports: '20000-29999', replyFrom: '127.0.0.2' });
  const rpc = await RpcClient.open({ localAddress: '127.0.0.1' });
  const { clusapiUdp } = host.addresses;
  expect(clusapiUdp).toBeGreaterThanOrEqual(20_000);
  expect(clusapiUdp).toBeLessThan(30_000);
  const cluster = await openSession(rpc, { host: '127.0.0.1', mapperPort: host.mapperPort });
  const mgmt = rpc.bind({ host: '127.0.0.1', port: clusapiUdp ?? 0 });
  const { trace } = await mgmt.call(MGMT, MGMT.operations.is_server_listening, EMPTY_STUB, { semantics: 'idempotent' });
  expect(trace.answeredFrom).toEqual({ host: '127.0.0.2', port: clusapiUdp });
  expect(await cluster.close()).toBeNull();
  await rpc.close();
  await host.close();
});
