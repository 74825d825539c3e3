import { expect, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { HandleCache, openCluster, ProcessPool } from '../../src/index.ts';
import { RpcClient, RpcConnection, RpcServer } from '../../src/rpc.ts';
import { startEmulator } from '../../src/testing.ts';
import { serveText } from '../../src/transport/text-server.ts';

interface Closable {
  close(): unknown;
}

const server = () => RpcServer.open({ tcp: { host: '127.0.0.1', port: 0 } });

/** Everything that a program of a user opens, and what has to go after it. */
const OPENED: readonly (readonly [string, () => Promise<readonly [Closable, ...Closable[]]>])[] = [
  ['an RpcClient', async () => [await RpcClient.open({ localAddress: '127.0.0.1' })]],
  ['an RpcServer', async () => [await server()]],
  [
    'an RpcConnection',
    async () => {
      const opened = await server();
      const to = opened.tcp;
      if (to === null) throw new Error('no TCP');
      return [await RpcConnection.open({ to }), opened];
    },
  ],
  [
    'a cluster',
    async () => {
      const host = await EmulatedHost.start({});
      const options = { backend: 'wire', endpointMapperPort: host.addresses.epmUdp ?? 0 } as const;
      return [await openCluster(host.address, options), host];
    },
  ],
  ['an emulated host', async () => [await EmulatedHost.start({})]],
  ['an emulator on virtual time', async () => [await startEmulator()]],
  ['an emulator on real time', async () => [await startEmulator({ time: 'real' })]],
  ['a HandleCache', async () => [new HandleCache({ open: async () => ({ close: async () => {} }) })]],
  ['a ProcessPool', async () => [new ProcessPool({ module: new URL('data:text/javascript,') })]],
  [
    'a server of metrics',
    async () => [await serveText(0, { path: '/', contentType: 'text/plain', render: async () => '' })],
  ],
];

test.each(OPENED)('%s may be closed twice, at once and afterwards', async (_, open) => {
  const [opened, ...others] = await open();
  await Promise.all([opened.close(), opened.close()]);
  await opened.close();
  for (const other of others) await other.close();
  expect(await opened.close()).toBeUndefined();
});
