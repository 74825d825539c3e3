import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCluster } from '../../src/open/open-cluster.ts';
import { cli } from './in-process.ts';

const sockets: Socket[] = [];
const streams = createServer();
const ports = { silent: 0, garbage: 0, halfClosed: 0, closed: 0 };

beforeAll(async () => {
  ports.silent = await listen(() => {});
  // Over TCP somebody is there, and says nothing either.
  await new Promise<void>((resolve) => streams.listen(ports.silent, '127.0.0.1', resolve));
  // Over UDP nobody says anything, and over TCP nobody is there.
  ports.halfClosed = await listen(() => {});
  ports.garbage = await listen((socket, from) => socket.send('no PDU of anything', from.port, from.address));
  ports.closed = await listen(() => {});
  await new Promise<void>((resolve) => sockets.pop()?.close(resolve));
});
afterAll(() => {
  streams.close();
  return Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
});

function listen(answer: (socket: Socket, from: { port: number; address: string }) => void): Promise<number> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (_, from) => answer(socket, from));
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)));
}

const COMMANDS = {
  probe: ['probe', '127.0.0.1', '--stage-timeout', '400ms'],
  endpoints: ['endpoints', '127.0.0.1', '--stage-timeout', '400ms'],
  inventory: ['inventory', '127.0.0.1', '--stage-timeout', '400ms'],
  soak: ['soak', '127.0.0.1', '--cycles', '1', '--stage-timeout', '400ms'],
} as const;

describe.each([
  ['silent', 3, /heard nothing/, ['probe', 'endpoints', 'inventory', 'soak']],
  ['closed', 1, /nothing listens there \(ECONNREFUSED\)/, ['probe', 'endpoints', 'inventory', 'soak']],
  ['halfClosed', 1, /TCP port \d+ of 127\.0\.0\.1: the host refuses it/, ['probe', 'inventory']],
  ['garbage', 1, /not datagram RPC: 18 bytes that begin 6e6f2050445520/, ['probe', 'endpoints', 'inventory', 'soak']],
] as const)('of a port that is %s', (kind, code, reason, commands) => {
  test.concurrent.each(commands)(`%s says so, exit ${code}`, async (name) => {
    const run = await cli([...COMMANDS[name], '--epm-port', String(ports[kind])]);
    expect(`${run.stdout}${run.stderr}`).toMatch(reason);
    expect(run.code).toBe(code);
  });
});

test('openCluster names a closed port long before its time is over', async () => {
  const opening = openCluster('127.0.0.1', { backend: 'wire', endpointMapperPort: ports.closed, stageTimeout: 50_000 });
  await expect(opening).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_TRANSPORT',
    stage: 'mapper-reachable',
    advice: expect.stringContaining('nothing listens on its mapper’s port'),
  });
});

test('the closed port of a Cluster service is named as well', async () => {
  const opening = openCluster('127.0.0.1', { backend: 'wire', endpoint: ports.closed, stageTimeout: 50_000 });
  await expect(opening).rejects.toMatchObject({
    stage: 'endpoint-reachable',
    advice: expect.stringContaining('start the service there again'),
  });
});

test('audit of a host that is silent cannot tell', async () => {
  const { code, stderr } = await cli(['audit', '--host', '127.0.0.1', '--epm-port', String(ports.silent)]);
  expect(stderr).toContain('heard nothing');
  expect(code).toBe(3);
});

test.skipIf(process.platform === 'win32').each(['ports', 'audit'])(
  '%s --live off Windows is a wrong command line, in the same words',
  async (name) => {
    const { code, stderr } = await cli([name, '--live']);
    expect(stderr).toMatch(
      /^error: --live reads the Windows that clusrpc runs on, and this is \w+\nGive the directory/,
    );
    expect(code).toBe(2);
  },
);

test('many hosts, and many local ports, wait on one signal without a warning', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const hosts = Array.from({ length: 12 }, (_, index) => `127.0.0.${100 + index}`);
  const at = ['--epm-port', String(ports.closed)];
  await cli(['probe', ...hosts, '--concurrency', '12', ...at]);
  await cli(['probe', '127.0.0.1', '--each-port', '--local-ports', '20100-20120', ...at]);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('a host that was never opened has no time for Nagios', async () => {
  const { stdout, code } = await cli(['probe', '127.0.0.1', '--epm-port', String(ports.closed), '--nagios']);
  expect(stdout).toBe('CLUSRPC CRITICAL - 127.0.0.1 mapper-reachable: refused\n');
  expect(code).toBe(2);
});

test('--warn above --crit is refused', async () => {
  const { stderr, code } = await cli(['probe', '127.0.0.1', '--nagios', '--warn', '3s', '--crit', '1s']);
  expect(stderr).toContain('--warn is above --crit, so it would never be reached');
  expect(code).toBe(2);
});
