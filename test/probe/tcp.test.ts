import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { LogonOptions } from '../../src/client/logon.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { CLUSAPI_V3 } from '../../src/interface/clusapi/index.ts';
import { probe } from '../../src/probe/probe.ts';
import type { ProbeOptions, ProbeResult, StageResult } from '../../src/probe/types.ts';
import { probeSchema } from '../../src/report/schema/index.ts';
import { RpcServer } from '../../src/rpc.ts';
import { account } from '../auth/ntlm/kit.ts';
import { ECHO } from '../server/streams.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: EmulatedHostOptions = {}): Promise<EmulatedHost> {
  const host = await EmulatedHost.start({ hostProfile: 'windows-server-2016', ...options });
  open.push(() => host.close());
  return host;
}

async function probed(port: number, options: ProbeOptions = {}): Promise<ProbeResult> {
  const document = await probe('127.0.0.1', {
    transport: 'tcp',
    endpointMapperPort: port,
    stageTimeout: 1_000,
    ...options,
  });
  return probeSchema.parse(document).results[0] as ProbeResult;
}

function stopOf({ stages, stoppedAt }: ProbeResult) {
  const stage = stages.find(({ id }) => id === stoppedAt);
  return { stoppedAt, status: stage?.status, reason: stage?.reason, symbol: stage?.error?.win32?.symbol };
}

const as = (password: string, more: Partial<LogonOptions> = {}): LogonOptions => ({
  credentials: { user: 'LAB\\ops', password },
  ...more,
});
const users = [account('ops', 'Secret.1'), account('guest', 'Secret.1')];

test.each(['tcp', 'auto'] as const)(
  'a sound cluster of Server 2016 passes every stage, transport %s',
  async (transport) => {
    const host = await start();
    const told: StageResult[] = [];
    const result = await probed(host.mapperPort, { transport, onStage: (stage) => told.push(stage) });
    expect(result).toMatchObject({ transport: 'tcp', stoppedAt: null, cluster: { name: 'CLUSTER1', node: 'NODE1' } });
    expect(result.stages.filter(({ status }) => status !== 'pass').map(({ id }) => id)).toEqual(['callback-path']);
    expect(told.map(({ id }) => id)).toEqual(result.stages.map(({ id }) => id));
    expect(result.kb814622?.verdict).toBe('not-applicable');
    expect(host.counters).toMatchObject({ handles: 0, rundowns: 0 });
  },
);

test('with credentials the level is privacy, and no session is left', async () => {
  const host = await start({ users });
  const result = await probed(host.mapperPort, { logon: as('Secret.1') });
  expect(result.stages.find(({ id }) => id === 'authenticate')?.detail).toMatch(/LAB\\ops by NTLM, level privacy/);
  expect(result.stoppedAt).toBeNull();
});

/** Something that is not there, or is something else, and how it is called. */
const ROWS: readonly [string, () => Promise<ProbeResult>, ReturnType<typeof stopOf>][] = [
  [
    'a port where nothing listens',
    async () => probed(await freePort()),
    { stoppedAt: 'mapper-reachable', status: 'fail', reason: 'refused', symbol: undefined },
  ],
  [
    'a web server at the port of the mapper',
    async () => probed(await garbage('HTTP/1.1 400 Bad Request\r\n\r\n')),
    { stoppedAt: 'mapper-answers', status: 'fail', reason: 'faulted', symbol: 'RPC_S_PROTOCOL_ERROR' },
  ],
  [
    'an RPC server that is no mapper',
    async () => probed(await rpcServer()),
    { stoppedAt: 'mapper-answers', status: 'fail', reason: 'rejected', symbol: 'RPC_S_UNKNOWN_IF' },
  ],
  [
    'a mapper with ClusAPI 2.0 only',
    async () => probed((await start({ hostProfile: 'windows-server-2003' })).mapperPort),
    { stoppedAt: 'interface-registered', status: 'fail', reason: 'not-registered', symbol: 'EPT_S_NOT_REGISTERED' },
  ],
  [
    'a service that has gone from its port',
    async () => probed((await pointingTo(await freePort())).mapperPort),
    { stoppedAt: 'endpoint-reachable', status: 'fail', reason: 'refused', symbol: undefined },
  ],
  [
    'a service that ends every connection',
    async () => probed((await pointingTo(await garbage(''))).mapperPort),
    { stoppedAt: 'cluster-name', status: 'fail', reason: 'silent', symbol: 'RPC_S_SERVER_UNAVAILABLE' },
  ],
  [
    'another RPC server at that port',
    async () => probed((await pointingTo(await rpcServer())).mapperPort),
    { stoppedAt: 'cluster-name', status: 'fail', reason: 'rejected', symbol: 'RPC_S_UNKNOWN_IF' },
  ],
  [
    'a level that is too low',
    async () => probed((await start({ users })).mapperPort, { logon: as('Secret.1', { authLevel: 'integrity' }) }),
    { stoppedAt: 'authenticate', status: 'fail', reason: 'denied', symbol: 'ERROR_ACCESS_DENIED' },
  ],
  [
    'a wrong password',
    async () => probed((await start({ users })).mapperPort, { logon: as('wrong') }),
    { stoppedAt: 'authenticate', status: 'fail', reason: 'denied', symbol: 'ERROR_ACCESS_DENIED' },
  ],
  [
    'an account that may not open the cluster',
    async () => probed((await start({ users, mayOpen: ['guest'] })).mapperPort, { logon: as('Secret.1') }),
    { stoppedAt: 'open-cluster', status: 'fail', reason: 'denied', symbol: 'ERROR_ACCESS_DENIED' },
  ],
];

test.each(ROWS)('%s is told apart', async (_, run, wanted) => {
  const result = await run();
  expect(stopOf(result)).toEqual(wanted);
  expect(result.stages.find(({ id }) => id === result.stoppedAt)?.advice ?? '').not.toMatch(/UDP \d|callback/);
});

test('a level that is too low is told by its name', async () => {
  const result = await probed((await start({ users })).mapperPort, { logon: as('Secret.1', { authLevel: 'packet' }) });
  expect(result.stages.find(({ id }) => id === 'authenticate')?.advice).toContain('`authLevel: privacy`');
});

test('transport auto keeps the result over UDP where there is no ClusAPI 3.0 either', async () => {
  const host = await start({ hostProfile: 'windows-2000-sp4' });
  await host.nodeDown('NODE1');
  await host.nodeDown('NODE2');
  const result = await probed(host.mapperPort, { transport: 'auto' });
  expect(result).toMatchObject({ transport: 'udp', stoppedAt: 'interface-registered' });
});

test.each([
  [{ localPorts: '5000' }, /localPorts needs transport udp/],
  [{ eachPort: true, localPorts: '5000' }, /needs transport udp/],
])('%j with tcp is refused', async (options, message) => {
  await expect(probed(135, options)).rejects.toThrow(message);
});

/** A host of Server 2003 whose mapper names another port for ClusAPI 3.0. */
async function pointingTo(port: number): Promise<EmulatedHost> {
  const host = await start({ hostProfile: 'windows-server-2003' });
  host.register({ interface: CLUSAPI_V3, protocol: 'ncacn_ip_tcp', port, annotation: '', server: null });
  return host;
}

async function rpcServer(): Promise<number> {
  const server = await RpcServer.open({ local: null, tcp: { host: '127.0.0.1', port: 0 } });
  server.serve({ ...ECHO, operations: [] });
  open.push(() => server.close());
  return server.tcp?.port ?? 0;
}

async function garbage(text: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    socket.end(text);
  });
  open.push(() => closed(server));
  return listening(server);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await closed(server);
  return port;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}
