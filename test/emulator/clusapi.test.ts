import { expect, test } from 'vitest';
import { fromUtf16 } from '../../src/bytes/utf16.ts';
import { ClusterClient } from '../../src/client/cluster-client.ts';
import {
  ApiCanResourceBeDependent,
  ApiCloseGroup,
  ApiCloseNode,
  ApiCreateGroupResourceEnum,
  ApiCreateNetworkEnum,
  ApiCreateNodeEnum,
  ApiCreateResEnum,
  ApiCreateResTypeEnum,
  ApiEnumKey,
  ApiEnumValue,
  ApiGetNetInterface,
  ApiGetRootKey,
  ApiGroupControl,
  ApiOpenGroup,
  ApiOpenKey,
  ApiOpenNetwork,
  ApiOpenNode,
  ApiOpenResource,
  ApiQueryInfoKey,
  ApiQueryValue,
  ApiResourceTypeControl,
  CLUSAPI_OPERATIONS,
  CLUSAPI_V2,
  CONTROL_MODIFIES,
  controlCode,
  decodePropertyList,
  GROUP_ENUM,
  type GroupHandle,
  KEY_READ,
  NETWORK_ENUM,
  NODE_ENUM,
  RESOURCE_ENUM,
  RESOURCE_TYPE_ENUM,
} from '../../src/interface/clusapi/index.ts';
import { HOST, rejection, virtualHost } from './kit.ts';

const EMPTY_STUB = new Uint8Array(0);

const GROUPS = [
  {
    name: 'files',
    owner: 'NODE2',
    resources: [
      { name: 'Disk F:', type: 'Physical Disk' },
      { name: 'share', type: 'File Share', dependsOn: ['Disk F:'] },
    ],
  },
  { name: 'printing', resources: [{ name: 'spooler', state: 'failed' as const }] },
  { name: 'mixed', resources: ['running', { name: 'stopped', state: 'offline' as const }] },
  { name: 'nothing' },
];

/** A client of the service with a handle of the cluster, whose calls let virtual time go on. */
async function openedCluster() {
  const { rpc, time, host, open } = await virtualHost({ groups: GROUPS, nodes: ['NODE1', 'NODE2'] });
  const client = new ClusterClient(rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 }));
  await time.run(() => client.open());
  const call: ClusterClient['call'] = (operation, request) => time.run(() => client.call(operation, request));
  return { time, host, open, rpc, call };
}

test('the inventory of a cluster is its model, and names are asked for once', async () => {
  const { time, host, open } = await openedCluster();
  const cluster = await open();
  const before = host.calls().length;
  const inventory = await time.run(() => cluster.inventory());
  const { model } = host;
  expect(inventory.nodes).toEqual(model.nodes);
  expect(inventory.groups).toEqual(
    model.groups.map((group) => ({
      name: group.name,
      id: group.id,
      owner: group.owner,
      state: model.groupState(group),
    })),
  );
  expect(inventory.groups.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'Cluster Group online',
    'files online',
    'printing failed',
    'mixed partial-online',
    'nothing offline',
  ]);
  expect(inventory.resources).toEqual(
    model.resources.map(({ name, id, type, group, state }) => {
      return { name, id, type, group, state, owner: model.group(group).owner };
    }),
  );
  expect(inventory.networks).toEqual(model.networks);
  expect(inventory.netInterfaces.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'Public (NODE1) up',
    'Public (NODE2) up',
  ]);
  expect(inventory.resourceTypes).toContain('File Share');
  expect(inventory.quorum).toEqual(model.quorum);
  expect(inventory.unread).toEqual([]);
  const objects = { four: 2 + 5 + 1 + 2, five: 8 };
  expect(host.calls().length - before).toBe(2 + 4 * objects.four + 5 * objects.five);
  expect(host.calls('ApiCreateEnum').length).toBe(2);
});

test('an object that the server refuses is listed as unread, with the error, beside all others', async () => {
  const { time, host, open } = await openedCluster();
  const cluster = await open();
  host.faults.add({ on: 'ApiOpenGroup', nth: 2, action: { win32: 'ERROR_ACCESS_DENIED' } });
  const { groups, unread } = await time.run(() => cluster.inventory());
  expect(groups).toHaveLength(4);
  expect(unread).toMatchObject([{ kind: 'group', error: { code: 'ERROR_ACCESS_DENIED', syscall: 'ApiOpenGroup' } }]);
});

test('a server that falls silent ends the inventory instead of an answer that looks whole', async () => {
  const { time, host, open } = await openedCluster();
  const cluster = await open();
  host.faults.add({ on: 'ApiGetGroupState', nth: 2, times: 1_000_000, action: 'drop' });
  host.faults.add({ on: 'request', action: 'drop' });
  const error = await rejection(time.run(() => cluster.inventory({ stageTimeout: 4_000 })));
  expect(error).toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
});

test('what is down shows: states follow a node that goes, and groups their heir', async () => {
  const { time, host, open } = await openedCluster();
  await time.run(() => host.nodeDown('NODE2'));
  const cluster = await open();
  const { nodes, groups, netInterfaces } = await time.run(() => cluster.inventory());
  expect(nodes.map(({ state }) => state)).toEqual(['up', 'down']);
  expect(groups.every(({ owner }) => owner === 'NODE1')).toBe(true);
  expect(netInterfaces.map(({ state }) => state)).toEqual(['up', 'unavailable']);
});

test('lists of an object are asked by bits, one that is unknown is refused with 87', async () => {
  const { call } = await openedCluster();
  const node = (await call(ApiOpenNode, { name: 'node2' })).handle;
  const group = (await call(ApiOpenGroup, { name: 'files' })).handle;
  const resource = (await call(ApiOpenResource, { name: 'Disk F:' })).handle;
  const network = (await call(ApiOpenNetwork, { name: 'Public' })).handle;
  const names = (entries: readonly { readonly type: number; readonly name: string }[] | null) =>
    entries?.map(({ type, name }) => `${type} ${name}`);
  expect(
    names((await call(ApiCreateNodeEnum, { handle: node, type: NODE_ENUM.netInterface | NODE_ENUM.group })).entries),
  ).toEqual(['1 Public (NODE2)', '2 files']);
  expect(names((await call(ApiCreateGroupResourceEnum, { handle: group, type: GROUP_ENUM.contains })).entries)).toEqual(
    ['1 Disk F:', '1 share'],
  );
  expect(names((await call(ApiCreateResEnum, { handle: resource, type: RESOURCE_ENUM.provides })).entries)).toEqual([
    '2 share',
  ]);
  expect(
    names((await call(ApiCreateNetworkEnum, { handle: network, type: NETWORK_ENUM.netInterface })).entries),
  ).toEqual(['1 Public (NODE1)', '1 Public (NODE2)']);
  expect(
    names(
      (await call(ApiCreateResTypeEnum, { typeName: 'physical disk', type: RESOURCE_TYPE_ENUM.resources })).entries,
    ),
  ).toEqual(['2 Disk Q:', '2 Disk F:']);
  expect((await call(ApiGetNetInterface, { nodeName: 'NODE1', networkName: 'public' })).text).toBe('Public (NODE1)');
  expect(await rejection(call(ApiCreateNodeEnum, { handle: node, type: 8 }))).toMatchObject({ errno: 87 });
});

test('a handle of one kind is none of another, and none once it is closed', async () => {
  const { call } = await openedCluster();
  const { handle } = await call(ApiOpenNode, { name: 'NODE1' });
  const asGroup = { attributes: handle.attributes, uuid: handle.uuid } as GroupHandle;
  expect(await rejection(call(ApiCloseGroup, { handle: asGroup }))).toMatchObject({ errno: 6 });
  await call(ApiCloseNode, { handle });
  expect(await rejection(call(ApiCloseNode, { handle }))).toMatchObject({ errno: 6, syscall: 'ApiCloseNode' });
});

test('each kind of name that is unknown has its own status', async () => {
  const { call } = await openedCluster();
  expect(await rejection(call(ApiOpenNode, { name: 'NODE9' }))).toMatchObject({ errno: 5042 });
  expect(await rejection(call(ApiOpenGroup, { name: 'absent' }))).toMatchObject({ errno: 5013 });
  expect(await rejection(call(ApiOpenResource, { name: 'absent' }))).toMatchObject({ errno: 5007 });
  expect(await rejection(call(ApiOpenNetwork, { name: 'absent' }))).toMatchObject({ errno: 5045 });
  expect(await rejection(call(ApiCreateResTypeEnum, { typeName: 'absent', type: 1 }))).toMatchObject({ errno: 5078 });
});

test('a resource opens by its id too, and depends only on one of its own group', async () => {
  const { call, host } = await openedCluster();
  const { handle: disk } = await call(ApiOpenResource, { name: host.model.resource('Disk F:').id });
  const { handle: share } = await call(ApiOpenResource, { name: 'share' });
  const { handle: spooler } = await call(ApiOpenResource, { name: 'spooler' });
  await call(ApiCanResourceBeDependent, { resource: share, dependent: disk });
  for (const request of [
    { resource: disk, dependent: share },
    { resource: share, dependent: spooler },
  ]) {
    expect(await rejection(call(ApiCanResourceBeDependent, request))).toMatchObject({ errno: 5069 });
  }
});

test('controls read names, ids and property lists; too little room is 234, an unknown code 1, a change 5', async () => {
  const { call, open, host, time } = await openedCluster();
  const { handle } = await call(ApiOpenGroup, { name: 'files' });
  const control = (code: number, outputSize = 512) => call(ApiGroupControl, { handle, code, input: null, outputSize });
  expect(fromUtf16((await control(controlCode('group', 'getName'))).output)).toBe('files\0');
  expect(fromUtf16((await control(controlCode('group', 'getId'))).output)).toBe(`${host.model.group('files').id}\0`);
  expect(await rejection(control(controlCode('group', 'getName'), 4))).toMatchObject({ errno: 234 });
  expect(await rejection(control(controlCode('node', 'getName')))).toMatchObject({ errno: 1 });
  expect(await rejection(control(controlCode('group', 'getName') | CONTROL_MODIFIES))).toMatchObject({ errno: 5 });
  const type = await call(ApiResourceTypeControl, {
    typeName: 'File Share',
    code: controlCode('resourceType', 'getCommonProperties'),
    input: Uint8Array.of(1, 2, 3),
    outputSize: 4_096,
  });
  expect(decodePropertyList(type.output)).toEqual([{ name: 'Name', values: ['File Share'] }]);
  const cluster = await open();
  expect(await time.run(() => cluster.properties('group', 'files'))).toEqual([
    { name: 'Name', values: ['files'] },
    { name: 'Description', values: [''] },
    { name: 'PersistentState', values: [1] },
  ]);
  expect(await time.run(() => cluster.properties('cluster', ''))).toContainEqual({
    name: 'Name',
    values: ['CLUSTER1'],
  });
});

test('the registry of the cluster is read by key, number and name', async () => {
  const { call, host } = await openedCluster();
  const { handle: root } = await call(ApiGetRootKey, { access: KEY_READ });
  const names: (string | null)[] = [];
  for (let index = 0; index < 7; index++) names.push((await call(ApiEnumKey, { key: root, index })).name);
  expect(names).toEqual(['Groups', 'NetworkInterfaces', 'Networks', 'Nodes', 'Quorum', 'Resources', 'ResourceTypes']);
  expect(await rejection(call(ApiEnumKey, { key: root, index: 7 }))).toMatchObject({ errno: 259 });
  expect(await call(ApiQueryInfoKey, { handle: root })).toMatchObject({ subKeys: 7, values: 1, maxValueLength: 18 });
  const group = host.model.group('files');
  const { handle: key } = await call(ApiOpenKey, { key: root, subKey: `groups\\${group.id}`, access: KEY_READ });
  const value = await call(ApiQueryValue, { key, name: 'name', size: 64 });
  expect(value).toMatchObject({ type: 1, required: 12 });
  expect(value.data).toHaveLength(64);
  expect(fromUtf16(value.data.subarray(0, value.required))).toBe('files\0');
  expect(await rejection(call(ApiQueryValue, { key, name: 'Name', size: 4 }))).toMatchObject({ errno: 234 });
  expect(await rejection(call(ApiQueryValue, { key, name: 'absent', size: 4 }))).toMatchObject({ errno: 2 });
  expect(await call(ApiEnumValue, { key, index: 1, size: 512 })).toMatchObject({ name: 'Contains', type: 7 });
  expect(await rejection(call(ApiOpenKey, { key: root, subKey: 'absent', access: KEY_READ }))).toMatchObject({
    errno: 2,
  });
});

test('what would change the cluster faults with access denied; what no host has is out of range', async () => {
  const { rpc, time, host } = await openedCluster();
  const service = rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 });
  const change = service.call(CLUSAPI_V2, CLUSAPI_OPERATIONS.ApiMoveGroup, EMPTY_STUB);
  expect(await rejection(time.run(() => change))).toMatchObject({ name: 'FaultError', errno: 5 });
  const unknown = service.call(CLUSAPI_V2, 80, EMPTY_STUB);
  expect(await rejection(time.run(() => unknown))).toMatchObject({ errno: 1745 });
});
