/**
 * 500 emulated hosts of Windows Server 2016 at 127.0.1.1 and following, all with the mapper at one port; one in twenty is broken, in
 * nine ways by turns. Tells port and ways in one line, and ends with its stdin.
 */
import { createServer, type Server } from 'node:net';
import type { FaultRule } from '../../src/emulator/fault-rules.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { CLUSAPI_V3 } from '../../src/interface/clusapi/index.ts';
import { RpcServer } from '../../src/server/rpc-server.ts';

export const HOSTS = 500;
const EVERY = 20;

const RECENT = { hostProfile: 'windows-server-2016' } as const;
const OLD = { hostProfile: 'windows-server-2003' } as const;

/** A way to be broken, and the stage at which and the reason why a probe over TCP has to stop. */
const WAYS: readonly { readonly stop: string; readonly start: (address: string, port: number) => Promise<unknown> }[] =
  [
    { stop: 'mapper-reachable refused', start: async () => {} },
    { stop: 'mapper-answers silent', start: (address, port) => listen(address, port, null) },
    {
      stop: 'mapper-answers faulted',
      start: (address, port) => listen(address, port, 'HTTP/1.1 400 Bad Request\r\n\r\n'),
    },
    { stop: 'mapper-answers rejected', start: rpcServer },
    { stop: 'interface-registered not-registered', start: (address, port) => host(address, port, OLD) },
    {
      stop: 'endpoint-reachable refused',
      start: async (address, port) => {
        const pointing = await host(address, port, OLD);
        pointing.register({ interface: CLUSAPI_V3, protocol: 'ncacn_ip_tcp', port: 1, annotation: '', server: null });
      },
    },
    {
      stop: 'cluster-name rejected',
      start: async (address, port) => {
        const pointing = await host(address, port, OLD);
        const other = await rpcServer(address, 0);
        pointing.register({
          interface: CLUSAPI_V3,
          protocol: 'ncacn_ip_tcp',
          port: other,
          annotation: '',
          server: null,
        });
      },
    },
    { stop: 'authenticate denied', start: (address, port) => host(address, port, { ...RECENT, requireAuth: true }) },
    {
      stop: 'open-cluster faulted',
      start: async (address, port) => {
        const rule: FaultRule = { on: 'ApiOpenClusterEx', action: { fault: 'nca_s_fault_remote_no_memory' } };
        (await host(address, port, RECENT)).faults.add(rule);
      },
    },
  ];

function host(address: string, epmPort: number, options: EmulatedHostOptions): Promise<EmulatedHost> {
  return EmulatedHost.start({ address, epmPort, ...options });
}

async function rpcServer(address: string, port: number): Promise<number> {
  const server = await RpcServer.open({ local: null, tcp: { host: address, port } });
  return server.tcp?.port ?? 0;
}

/** Says the text and ends, or nothing at all. */
function listen(address: string, port: number, text: string | null): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    if (text !== null) socket.end(text);
  });
  return new Promise((resolve) => server.listen(port, address, () => resolve(server)));
}

const addresses = Array.from({ length: HOSTS }, (_, i) => `127.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`);
const [first = ''] = addresses;
const { mapperPort } = await host(first, 0, RECENT);
const stops = addresses.map((_, i) => (i % EVERY === 7 ? WAYS[Math.floor(i / EVERY) % WAYS.length] : undefined));
await Promise.all(
  addresses.slice(1).map((address, i) => {
    const way = stops[i + 1];
    return way === undefined ? host(address, mapperPort, RECENT) : way.start(address, mapperPort);
  }),
);
const expected = Object.fromEntries(addresses.map((address, i) => [address, stops[i]?.stop ?? null]));
process.stdout.write(`${JSON.stringify({ mapperPort, expected })}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
