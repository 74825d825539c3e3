import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulated, emulateInNamespace } from './namespace.ts';

let emulated: Emulated;
beforeAll(async () => {
  emulated = await emulateInNamespace(['--host-profile', 'windows-server-2016']);
});
afterAll(() => emulated[Symbol.asyncDispose]());

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
  const { output } = await emulated.run('rpcclient', ['-U%', 'ncacn_ip_tcp:127.0.0.1', '-c', `clusapi_${command}`]);
  if (typeof wanted === 'string') expect(output).toBe(wanted);
  else expect(output).toMatch(wanted);
});
