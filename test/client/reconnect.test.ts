import { expect, test } from 'vitest';
import { ClientMachine, type ClientMachineOptions } from '../../src/emulator/client-machine.ts';
import type { EmulatedOpenLimits } from '../../src/emulator/machine-face.ts';
import { onVirtualTime } from '../../src/emulator/on-virtual-time.ts';
import { CLIENT, rejection, virtualHost } from '../emulator/kit.ts';

/** A program of an emulated machine with an open handle that reconnects as that Windows. */
async function opened(limits: EmulatedOpenLimits = { reconnect: 'windows-2000' }, options: ClientMachineOptions = {}) {
  const { clock, network, newUuid, host, rpc, time } = await virtualHost();
  await rpc.close();
  const machine = new ClientMachine({
    network,
    address: CLIENT,
    newUuid,
    ports: '5000-5009',
    hosts: [host],
    ...options,
  });
  const program = machine.startProcess('program');
  const cluster = await onVirtualTime(program, time).open('CLUSTER1', limits);
  return { clock, network, host, machine, program, cluster, time };
}

test('a handle goes on after a fail-over, from another port', async () => {
  const { host, program, cluster } = await opened();
  expect(program.boundPorts).toEqual([5000]);
  await host.failOver('Cluster Group', 'NODE2');
  expect((await cluster.groupInfo('Cluster Group')).owner).toBe('NODE2');
  expect(program.reconnects).toBe(1);
  expect([...program.runtime.leases()].filter(({ state }) => state === 'in-use').map(({ port }) => port)).toEqual([
    5001,
  ]);
  await cluster.close();
  expect(program.runtime.snapshot()).toMatchObject({ inUse: 0, closing: 2 });
});

test('a reconnect sends what an open sends, and the question goes out again', async () => {
  const { host, cluster } = await opened();
  host.faults.add({ on: 'ApiOpenGroup', times: 1, action: { fault: 'RPC_S_CALL_FAILED' } });
  const before = host.calls().length;
  await cluster.groupInfo('Cluster Group');
  expect(
    host
      .calls()
      .slice(before)
      .map(({ operation }) => operation),
  ).toEqual([
    'ApiOpenGroup',
    'ApiCloseCluster',
    'ept_map',
    'ApiGetClusterName',
    'ApiOpenCluster',
    'ApiCreateEnum',
    'ApiGetClusterVersion2',
    'ApiOpenGroup',
    'ApiGetGroupId',
    'ApiGetGroupState',
    'ApiCloseGroup',
  ]);
});

test('each Windows reconnects by its own list', async () => {
  const reconnects = async (reconnect: EmulatedOpenLimits['reconnect'], win32: number) => {
    const { host, cluster, program } = await opened({ reconnect });
    host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { win32 } });
    await cluster.nodes().catch(() => {});
    return program.reconnects > 0;
  };
  const systems = ['none', 'windows-nt4', 'windows-2000', 'windows-2003', 'windows-2008'] as const;
  const table = async (win32: number) => Promise.all(systems.map((each) => reconnects(each, win32)));
  expect(await table(1722)).toEqual([false, true, true, true, true]);
  expect(await table(1115)).toEqual([false, false, true, false, false]);
  expect(await table(1727)).toEqual([false, false, true, true, true]);
  expect(await table(6)).toEqual([false, true, true, true, false]);
  expect(await table(5050)).toEqual([false, false, false, false, true]);
  expect(await table(5)).toEqual([false, false, false, false, false]);
});

test('when no server answers, every candidate costs a port and the question ends with its own error', async () => {
  const { host, program, cluster } = await opened();
  host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { win32: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN' } });
  host.faults.add({ on: 'ApiGetClusterName', action: { reject: 'nca_s_server_too_busy' } });
  const error = await rejection(cluster.nodes());
  expect(error).toMatchObject({ code: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN', syscall: 'ApiCreateEnum' });
  // CLUSTER1, NODE2 and, since it failed, NODE1.
  expect(program.reconnects).toBe(3);
  expect(program.runtime.snapshot()).toMatchObject({ leaked: 3, closing: 1, inUse: 0 });
});

test('a server that comes back is found by the next question', async () => {
  const { host, cluster } = await opened();
  host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { win32: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN' } });
  const lift = host.faults.add({ on: 'ApiGetClusterName', action: { reject: 'nca_s_server_too_busy' } });
  await rejection(cluster.nodes());
  lift();
  expect(await cluster.nodes()).toEqual(['NODE1', 'NODE2']);
});

test('questions that fail at the same time share one reconnect', async () => {
  const { host, program, cluster } = await opened();
  await host.failOver('Cluster Group', 'NODE2');
  const [nodes, groups] = await Promise.all([cluster.nodes(), cluster.groups(), cluster.inventory()]);
  expect([nodes, groups]).toEqual([['NODE1', 'NODE2'], ['Cluster Group']]);
  expect(program.reconnects).toBe(1);
});

test('an inventory that was cut off by a reconnect is read again as a whole', async () => {
  const { host, program, cluster } = await opened();
  host.faults.add({ on: 'ApiGetGroupState', times: 1, action: { win32: 'ERROR_INVALID_HANDLE' } });
  const { groups, unread } = await cluster.inventory();
  expect(unread).toEqual([]);
  expect(groups).toHaveLength(1);
  expect(program.reconnects).toBe(1);
});

test('what happens is told on by the next server, after the reconnect itself', async () => {
  const { host, cluster, time } = await opened();
  const changes = await cluster.notifications({ stageTimeout: 1_000 });
  await host.failOver('Cluster Group', 'NODE2');
  const next = () => time.run(() => changes.next()).then(({ value }) => value?.change);
  expect(await next()).toBe('cluster-reconnect');
  await host.failOver('Cluster Group', 'NODE1');
  expect(await next()).toBe('cluster-reconnect');
  await host.nodeDown('NODE2');
  expect(await next()).toBe('node-state');
  expect(host.counters.handles).toBe(2);
  await time.run(() => changes.return());
  expect(host.counters.handles).toBe(1);
});

test('an abort ends the wait for a reconnect with its own reason', async () => {
  const { host, cluster, clock } = await opened();
  host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { win32: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN' } });
  host.faults.add({ on: 'mapper', action: 'drop' });
  const controller = new AbortController();
  clock.at(clock.now() + 100, () => controller.abort(new Error('enough')));
  await expect(cluster.nodes({ signal: controller.signal })).rejects.toThrow('enough');
});

test('a close during a reconnect ends it, and later questions are misuse', async () => {
  const { host, cluster, program, time } = await opened();
  host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { win32: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN' } });
  host.faults.add({ on: 'mapper', action: 'drop' });
  const asking = rejection(cluster.nodes());
  await time.advance('50ms');
  await cluster.close();
  expect(await asking).toMatchObject({ code: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN' });
  await expect(cluster.nodes()).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  expect(program.runtime.snapshot().inUse).toBe(0);
});
