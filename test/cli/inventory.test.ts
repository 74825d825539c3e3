import { expect, test } from 'vitest';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { claimLoopbackPair } from '../../src/emulator/loopback.ts';
import { inventorySchema } from '../../src/report/schema/index.ts';
import { cli } from './in-process.ts';

/** Runs `clusrpc inventory` against an emulated host of that kind. */
async function inventoryOf(options: EmulatedHostOptions, ...argv: readonly string[]) {
  const pair = await claimLoopbackPair();
  const host = await EmulatedHost.start({ address: pair.host, ...options });
  try {
    const { epmUdp } = host.addresses;
    return { ...(await cli(['inventory', pair.host, '--epm-port', `${epmUdp}`, ...argv])), host };
  } finally {
    await host.close();
    await pair.release();
  }
}

test('sixteen nodes, 200 groups and 2 000 resources: complete, equal to the model, each name asked once', async () => {
  const groups = Array.from({ length: 199 }, (_, group) => ({
    name: `group ${group}`,
    owner: `NODE${(group % 16) + 1}`,
    resources: Array.from({ length: 10 }, (__, resource) => ({
      name: `resource ${group}-${resource}`,
      type: 'IP Address',
    })),
  }));
  const nodes = Array.from({ length: 16 }, (_, index) => `NODE${index + 1}`);
  const { code, stdout, host } = await inventoryOf({ cluster: { name: 'LARGE', nodes, groups } }, '--json');
  expect(code).toBe(0);
  const document = inventorySchema.parse(JSON.parse(stdout));
  expect(document.cluster).toMatchObject({ name: 'LARGE', node: 'NODE1', version: { servicePack: 'Service Pack 3' } });
  expect(document.nodes.map(({ name }) => name)).toEqual(nodes);
  expect(document.groups).toHaveLength(200);
  expect(document.resources.map(({ name, id, group, owner }) => [name, id, group, owner])).toEqual(
    host.model.resources.map(({ name, id, group }) => [name, id, group, host.model.group(group).owner]),
  );
  expect(document.resources).toHaveLength(1_993);
  // ept_map, name, open, nodes, version and close; one list, the quorum; four or five calls an object.
  expect(host.counters.calls).toBe(6 + 2 + 4 * (16 + 200 + 1 + 16) + 5 * 1_993);
  expect(host.counters.handles).toBe(0);
});

test('what is wrong comes first, and the command is not fine', async () => {
  const { code, stdout } = await inventoryOf({
    cluster: {
      name: 'CLUSTER1',
      nodes: ['NODE1', { name: 'NODE2', state: 'down' }],
      groups: [{ name: 'files', resources: [{ name: 'share', state: 'failed' }] }],
    },
  });
  expect(code).toBe(1);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('CLUSTER1: 2 nodes, 2 groups, 4 resources');
  expect(lines).toContain('  ✗ node NODE2 is down');
  expect(lines).toContain('  ✗ group files is failed');
  expect(lines).toContain('  ✗ resource share of files has failed');
  expect(stdout).toContain('KB814622: unknown for programs that run on NODE1');
  expect(lines).toContain('share               Generic Service  failed  files          NODE1');
});

test('a name that would move the cursor is shown, not obeyed', async () => {
  const name = 'evil\u001b[2J\u009b31m\u202e';
  const { stdout, stderr } = await inventoryOf({ cluster: { name: 'CLUSTER1', nodes: ['NODE1'], groups: [{ name }] } });
  expect(stdout).toContain('evil\\u{1b}[2J\\u{9b}31m\\u{202e}');
  for (const sign of ['\u001b', '\u009b', '\u202e']) expect(stdout + stderr).not.toContain(sign);
});

test('a server that denies what it lists leaves the answer open: exit 3, and says what is missing', async () => {
  const pair = await claimLoopbackPair();
  const host = await EmulatedHost.start({ address: pair.host });
  host.faults.add({ on: 'ApiGetQuorumResource', action: { win32: 'ERROR_ACCESS_DENIED' } });
  const { code, stdout } = await cli(['inventory', pair.host, '--epm-port', `${host.mapperPort}`]);
  await host.close();
  await pair.release();
  expect(code).toBe(3);
  expect(stdout).toMatch(/\? quorum could not be read: .*access/i);
  expect(stdout).toContain('Quorum resource: unknown');
});

test('a host that refuses is no inventory: exit 1 with the stage’s advice', async () => {
  const pair = await claimLoopbackPair();
  const { code, stdout, stderr } = await cli(['inventory', pair.host, '--stage-timeout', '100ms', '--epm-port', '9']);
  await pair.release();
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('error: ');
});

test.each(['liberal', 'windows', 'c706'])(
  'a client that behaves as %s is served by every command that has a peer',
  async (dialect) => {
    const pair = await claimLoopbackPair();
    const host = await EmulatedHost.start({ address: pair.host });
    for (const command of ['probe', 'endpoints', 'inventory']) {
      const argv = [command, pair.host, '--epm-port', `${host.addresses.epmUdp}`];
      expect((await cli([...argv, '--dialect', dialect])).code).toBe(0);
      expect((await cli([...argv, '--dialect', 'samba'])).code).toBe(2);
    }
    await host.close();
    await pair.release();
  },
);
