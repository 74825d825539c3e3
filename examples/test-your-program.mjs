// Tests a program that opens clusters, with the runner of Node.js itself: node --test test-your-program.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from 'clusrpc';
import { startEmulator } from 'clusrpc/testing';

/** The program under test: the nodes of a cluster, or an empty list when nobody may look. */
async function nodesOf(name) {
  try {
    const cluster = await openCluster(name);
    try {
      return await cluster.nodes();
    } finally {
      await cluster.close();
    }
  } catch (error) {
    if (error.code === 'ERROR_ACCESS_DENIED') return [];
    throw error;
  }
}

test('it lists the nodes, and gives its port back', async () => {
  const emulator = await startEmulator({ cluster: { name: 'CLUSTER1', nodes: ['NODE1', 'NODE2'] } });
  emulator.install();
  assert.deepEqual(await nodesOf('CLUSTER1'), ['NODE1', 'NODE2']);
  await emulator.advance('10m');
  assert.equal(emulator.ports.snapshot().inUse, 0);
  await emulator.close();
});

test('it shows nothing to somebody who may not look', async () => {
  const emulator = await startEmulator();
  emulator.install();
  emulator.fault({ on: 'ApiOpenCluster', action: { win32: 'ERROR_ACCESS_DENIED' } });
  assert.deepEqual(await nodesOf('CLUSTER1'), []);
  await emulator.close();
});

test('on Windows 2000 SP3 it hangs for want of ports once five opens have failed', async () => {
  const emulator = await startEmulator({ client: { profile: 'windows-2000-sp3', ports: '5000-5004' } });
  emulator.install();
  emulator.fault({ on: 'open', times: 5, action: 'no-memory' });
  for (let i = 0; i < 5; i++) await assert.rejects(nodesOf('CLUSTER1'));
  await assert.rejects(nodesOf('CLUSTER1'), { code: 'RPC_S_OUT_OF_RESOURCES' });
  await emulator.close();
});
