import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Two network namespaces, joined by a cable that loses one datagram in ten either way; needs root, iproute2 and nftables. */
const NEAR = `clusrpc-near-${process.pid}`;
const FAR = `clusrpc-far-${process.pid}`;
const SERVER = { host: '10.213.0.2', port: 4_000 };
const RELAY_PORT = 4_001;
const CALLS = 2_000;
const IN_FLIGHT = 64;

const LOSS = `table inet lossy { chain in { type filter hook input priority 0; iifname "cable" meta l4proto udp numgen random mod 100 < 10 counter drop; }; }`;

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function within(namespace: string, ...args: string[]): string {
  return run('ip', 'netns', 'exec', namespace, ...args);
}

/** A program of the lossy directory, or the command line, in one of the namespaces, and the lines that it prints. */
function start(namespace: string, program: string, ...args: (string | number)[]) {
  const path = program === 'clusrpc' ? '../../src/cli/main.ts' : `./lossy/${program}`;
  const file = new URL(path, import.meta.url).pathname;
  const node = [process.execPath, '--import', 'tsx', file, ...args.map(String)];
  const child = spawn('ip', ['netns', 'exec', namespace, ...node], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  return { child, line };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
}

beforeAll(() => {
  run('ip', 'netns', 'add', NEAR);
  run('ip', 'netns', 'add', FAR);
  run('ip', 'link', 'add', 'cable', 'netns', NEAR, 'type', 'veth', 'peer', 'name', 'cable', 'netns', FAR);
  within(NEAR, 'ip', 'address', 'add', '10.213.0.1/30', 'dev', 'cable');
  within(FAR, 'ip', 'address', 'add', `${SERVER.host}/30`, 'dev', 'cable');
  for (const namespace of [NEAR, FAR]) {
    within(namespace, 'ip', 'link', 'set', 'lo', 'up');
    within(namespace, 'ip', 'link', 'set', 'cable', 'up');
    within(namespace, 'nft', LOSS);
  }
});

afterAll(() => {
  for (const namespace of [NEAR, FAR]) run('ip', 'netns', 'delete', namespace);
});

function dropped(namespace: string): number {
  return Number(/counter packets (\d+)/.exec(within(namespace, 'nft', 'list', 'ruleset'))?.[1] ?? 0);
}

test(`${CALLS} calls over a link that loses, delays and reorders: none wrong, none doubled`, {
  timeout: 240_000,
}, async () => {
  const server = start(FAR, 'server.ts', SERVER.host, SERVER.port);
  const relay = start(NEAR, 'relay.ts', RELAY_PORT, SERVER.host, SERVER.port);
  expect([await server.line(), await relay.line()]).toEqual(['ready', 'ready']);
  const client = start(NEAR, 'client.ts', '127.0.0.1', RELAY_PORT, CALLS, IN_FLIGHT);
  const ends = JSON.parse(await client.line());
  const told = server.line();
  await Promise.all([end(client.child), end(relay.child), end(server.child)]);
  const { executed, doubled, unsound } = JSON.parse(await told);
  console.info(`${ends.requests} requests, ${dropped(NEAR)} and ${dropped(FAR)} datagrams dropped`);
  expect(ends).toMatchObject({ answered: CALLS, wrong: 0, failed: [] });
  expect({ executed, doubled, unsound }).toEqual({ executed: CALLS, doubled: 0, unsound: 0 });
  expect(dropped(NEAR)).toBeGreaterThan(CALLS / 20);
  expect(dropped(FAR)).toBeGreaterThan(CALLS / 20);
});

test(`${CALLS} opens of a cluster that emulate serves over such a link: each handle is made once`, {
  timeout: 240_000,
}, async () => {
  const port = SERVER.port + 10;
  const listen = ['--listen', SERVER.host, '--expose', '--ports', `${port}`];
  const emulate = start(FAR, 'clusrpc', 'emulate', ...listen);
  const relay = start(NEAR, 'relay.ts', RELAY_PORT, SERVER.host, port);
  const [ready] = await Promise.all([emulate.line(), relay.line()]);
  expect(JSON.parse(ready)).toMatchObject({ event: 'ready', host: SERVER.host, clusapiUdp: port });
  const client = start(NEAR, 'open-client.ts', '127.0.0.1', RELAY_PORT, CALLS, IN_FLIGHT);
  const ends = JSON.parse(await client.line());
  await Promise.all([end(client.child), end(relay.child)]);
  emulate.child.kill('SIGINT');
  const counters = JSON.parse(await emulate.line());
  expect(ends).toMatchObject({ answered: CALLS, refused: 0, failed: [], handles: CALLS });
  expect(counters).toMatchObject({ event: 'counters', calls: CALLS, handles: CALLS });
  expect(counters.duplicates).toBeGreaterThan(0);
});
