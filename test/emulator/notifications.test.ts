import { expect, test } from 'vitest';
import { ClusterClient } from '../../src/client/cluster-client.ts';
import {
  ApiAddNotifyGroup,
  ApiAddNotifyKey,
  ApiCloseNotify,
  ApiCreateNotify,
  ApiGetKeySecurity,
  ApiGetNotify,
  ApiGetRootKey,
  ApiOpenGroup,
  ApiReAddNotifyGroup,
  ApiUnblockGetNotifyCall,
  CLUSTER_CHANGE,
  KEY_READ,
} from '../../src/interface/clusapi/index.ts';
import type { ContextHandle } from '../../src/ndr/context-handle.ts';
import { HOST, rejection, virtualHost } from './kit.ts';

const GROUPS = [
  { name: 'files', owner: 'NODE1', resources: ['Disk F:'] },
  { name: 'printing', owner: 'NODE1' },
];

async function opened() {
  const { rpc, time, host, open } = await virtualHost({ groups: GROUPS });
  const client = new ClusterClient(rpc.bind({ host: HOST, port: host.addresses.clusapiUdp ?? 0 }));
  const call: ClusterClient['call'] = (operation, request) => time.run(() => client.call(operation, request));
  return { time, host, open, client, call };
}

test('a fail-over is told to who asked before it, change by change, and to nobody else', async () => {
  const { time, host, open } = await opened();
  const cluster = await open();
  const changes = await time.run(() => cluster.notifications());
  const first = time.run(() => changes.next());
  await host.failOver('files', 'NODE2');
  expect(await first).toEqual({ done: false, value: { change: 'group-state', filter: 0x1000, name: 'files' } });
  expect((await time.run(() => changes.next())).value).toMatchObject({ change: 'resource-state', name: 'Disk F:' });
  const late = await time.run(() => cluster.notifications());
  const next = time.run(() => late.next());
  await host.nodeDown('NODE2');
  expect((await next).value).toMatchObject({ change: 'node-state', name: 'NODE2' });
});

test('a wait lasts as long as it takes, since the server says that it works on it', async () => {
  const { time, host, open } = await opened();
  const cluster = await open();
  const changes = await time.run(() => cluster.notifications({ stageTimeout: 1_000 }));
  const waiting = time.run(() => changes.next());
  await time.advance('10m');
  await host.failOver('printing', 'NODE2');
  expect((await waiting).value).toMatchObject({ name: 'printing' });
});

test('leaving a loop closes the port, and its end ends a wait', async () => {
  const { time, host, open } = await opened();
  const cluster = await open();
  const handles = host.counters.handles;
  const changes = await time.run(() => cluster.notifications());
  const waiting = time.run(() => changes.next());
  await time.advance('1s');
  await time.run(() => changes.return());
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await changes.next()).toEqual({ done: true, value: undefined });
  expect(host.counters.handles).toBe(handles);
});

test('an abort ends a wait with its own reason, and the port is closed', async () => {
  const { time, host, open } = await opened();
  const cluster = await open();
  const handles = host.counters.handles;
  const controller = new AbortController();
  const changes = await time.run(() => cluster.notifications({ signal: controller.signal }));
  const waiting = time.run(() => changes.next());
  await time.advance('1s');
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await time.advance('1s');
  expect(host.counters.handles).toBe(handles);
});

test('one group is heard of with its key and by its filter, and not again when it is added anew', async () => {
  const { time, host, call } = await opened();
  const { handle: port } = await call(ApiCreateNotify, {});
  const { handle } = await call(ApiOpenGroup, { name: 'files' });
  const added = { port, handle, filter: CLUSTER_CHANGE['group-state'], notifyKey: 7 };
  const { stateSequence } = await call(ApiAddNotifyGroup, added);
  await host.failOver('printing', 'NODE2');
  await host.failOver('files', 'NODE2');
  const event = await call(ApiGetNotify, { handle: port });
  expect(event).toMatchObject({ notifyKey: 7, filter: 0x1000, name: 'files' });
  // As after a reconnect: what happened since the sequence that was told first is told again, what was heard of is not.
  const { handle: next } = await call(ApiCreateNotify, {});
  await call(ApiReAddNotifyGroup, { ...added, port: next, notifyKey: 8, stateSequence });
  expect(await call(ApiGetNotify, { handle: next })).toMatchObject({ notifyKey: 8, name: 'files' });
  await call(ApiReAddNotifyGroup, { ...added, port: next, notifyKey: 9, stateSequence: event.stateSequence });
  const waiting = rejection(call(ApiGetNotify, { handle: next }));
  await time.advance('1s');
  await call(ApiUnblockGetNotifyCall, { handle: next });
  expect(await waiting).toMatchObject({ code: 'ERROR_NO_MORE_ITEMS' });
});

test('a port that is closed, or no port, is an invalid handle', async () => {
  const { call } = await opened();
  const { handle: port } = await call(ApiCreateNotify, {});
  const { handle: group }: { handle: ContextHandle } = await call(ApiOpenGroup, { name: 'files' });
  await call(ApiCloseNotify, { handle: port });
  expect(await rejection(call(ApiGetNotify, { handle: port }))).toMatchObject({ code: 'ERROR_INVALID_HANDLE' });
  expect(await rejection(call(ApiGetNotify, { handle: group }))).toMatchObject({ code: 'ERROR_INVALID_HANDLE' });
});

test('a key tells who owns it and who may do what, and how much room that needs', async () => {
  const { call } = await opened();
  const { handle: key } = await call(ApiGetRootKey, { access: KEY_READ });
  const { handle: port } = await call(ApiCreateNotify, {});
  await call(ApiAddNotifyKey, { port, key, notifyKey: 1, filter: CLUSTER_CHANGE['registry-value'], subTree: true });
  const { descriptor } = await call(ApiGetKeySecurity, { key, parts: 7, size: 200 });
  const view = new DataView((descriptor as Uint8Array).slice().buffer);
  const offsets = [4, 8, 12, 16].map((at) => view.getUint32(at, true));
  expect([view.getUint16(2, true), ...offsets, view.byteLength]).toEqual([0x8004, 20, 36, 0, 52, 84]);
  const { descriptor: owner } = await call(ApiGetKeySecurity, { key, parts: 1, size: 200 });
  expect(owner).toHaveLength(36);
  expect(await rejection(call(ApiGetKeySecurity, { key, parts: 7, size: 83 }))).toMatchObject({
    code: 'ERROR_INSUFFICIENT_BUFFER',
  });
});
