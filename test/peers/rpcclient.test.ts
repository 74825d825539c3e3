import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { userLine } from '../../src/emulator/user-file.ts';
import { type Emulated, emulateInNamespace } from './namespace.ts';
import { scratch } from './tools.ts';

const directory = scratch();
/** One that knows nobody, and one that lets users in at any level. */
let [emulated, guarded]: Emulated[] = [];
beforeAll(async () => {
  const users = directory.file('users.txt');
  writeFileSync(users, userLine('LAB\\ops', toUtf16('Secret.1')));
  const profile = ['--host-profile', 'windows-server-2016'];
  [emulated, guarded] = await Promise.all([
    emulateInNamespace(profile),
    emulateInNamespace([...profile, '--users', users, '--min-auth', 'connect']),
  ]);
});
afterAll(async () => {
  await Promise.all([emulated?.stop(), guarded?.stop()]);
  directory.remove();
});

/** What each command of rpcclient prints; a command without results prints what it found wrong. */
const COMMANDS = [
  ['open_cluster', 'successfully opened cluster\nsuccessfully closed cluster\n'],
  ['get_cluster_name', 'ClusterName: CLUSTER1\nNodeName: NODE1\n'],
  ['get_cluster_version', 'error: WERR_CALL_NOT_IMPLEMENTED\nresult was WERR_CALL_NOT_IMPLEMENTED\n'],
  ['get_cluster_version2', 'rpc_status: WERR_OK\n'],
  [
    'get_quorum_resource',
    'lpszResourceName: Disk Q:\nlpszDeviceName: Q:\\MSCS\\\npdwMaxQuorumLogSize: 65536\nrpc_status: WERR_OK\n',
  ],
  ['create_enum', 'rpc_status: WERR_OK\n'],
  ['open_resource', 'rpc_status: WERR_OK\n'],
  ['get_resource_state', 'rpc_status: WERR_OK\n'],
  ['online_resource', 'result was WERR_ACCESS_DENIED\n'],
  ['offline_resource', 'result was WERR_ACCESS_DENIED\n'],
  ['pause_node', /Failed to open node CTDB_NODE_0\nStatus: WERR_CLUSTER_NODE_NOT_FOUND\n/],
  ['resume_node', /Failed to open node CTDB_NODE_0\nStatus: WERR_CLUSTER_NODE_NOT_FOUND\n/],
] as const;

test.each(COMMANDS)('rpcclient clusapi_%s', async (command, wanted) => {
  const { output } = await started(emulated).run('rpcclient', [
    '-U%',
    'ncacn_ip_tcp:127.0.0.1',
    '-c',
    `clusapi_${command}`,
  ]);
  if (typeof wanted === 'string') expect(output).toBe(wanted);
  else expect(output).toMatch(wanted);
});

const BINDINGS = ['connect', 'packet', 'sign', 'seal'].flatMap((level) => [level, `spnego,${level}`]);

test.each(BINDINGS)('rpcclient logs on with [%s]', async (options) => {
  const { output } = await started(guarded).run('rpcclient', [
    '-ULAB/ops%Secret.1',
    `ncacn_ip_tcp:127.0.0.1[${options}]`,
    '-c',
    'clusapi_open_cluster;clusapi_get_cluster_name',
  ]);
  expect(output).toBe(
    'successfully opened cluster\nsuccessfully closed cluster\nClusterName: CLUSTER1\nNodeName: NODE1\n',
  );
});

test('rpcclient with a wrong password, and with none, is refused', async () => {
  for (const user of ['-ULAB/ops%Secret.2', '-U%']) {
    const { output } = await started(guarded).run('rpcclient', [
      user,
      'ncacn_ip_tcp:127.0.0.1[seal]',
      '-c',
      'clusapi_open_cluster',
    ]);
    expect(output).toMatch(/ACCESS_DENIED/);
  }
});

function started(one: Emulated | undefined): Emulated {
  if (one === undefined) throw new Error('not started');
  return one;
}
