import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { endpointsSchema, probeSchema } from '../../src/report/schema/index.ts';
import { FAULT_ROWS, startHost } from '../probe/rows.ts';
import { cli, Sink } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-probe-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((host) => host.close()));
});

async function sound(...rest: Parameters<typeof startHost>) {
  const host = await startHost(...rest);
  started.push(host);
  return { words: [host.host, '--epm-port', String(host.mapperPort)], ...host };
}

test('a sound cluster is exit 0, with a line a stage on stdout', async () => {
  const { words } = await sound();
  const { code, stdout } = await cli(['probe', ...words]);
  expect(code).toBe(0);
  expect(stdout.match(/✓/g)).toHaveLength(11);
});

test.each(FAULT_ROWS.filter((_, i) => i < 7))(
  '$name is exit $exit, and the text names stage and reason',
  async (row) => {
    const faulty = await row.start();
    started.push(faulty);
    const port = String(faulty.mapperPort);
    const { code, stdout } = await cli(['probe', faulty.host, '--epm-port', port, '--stage-timeout', '500ms']);
    expect(code).toBe(row.exit);
    expect(stdout).toMatch(new RegExp(`[✗?] ${row.stoppedAt} .*${row.reason}: `));
  },
);

test('--json is one document of the schema, --ndjson one a target', async () => {
  const { words } = await sound();
  const one = await cli(['probe', ...words, '127.0.0.5', '--json']);
  expect(one.code).toBe(1);
  expect(probeSchema.parse(JSON.parse(one.stdout)).results).toHaveLength(2);
  const { stdout } = await cli(['probe', ...words, '127.0.0.5', '--ndjson']);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => probeSchema.parse(JSON.parse(line)).results.length)).toEqual([1, 1]);
});

test('several hosts are a line each and a summary; --details prints their stages', async () => {
  const { words } = await sound();
  const hosts = [...words, '127.0.0.5', '127.0.0.6'];
  const short = await cli(['probe', ...hosts]);
  expect(short.stdout).toMatch(/^127\.0\.0\.5 +refused +.*at mapper-reachable$/m);
  expect(short.stdout).toMatch(/3 hosts: 1 open, 2 refused\./);
  expect(short.stdout).not.toContain('✓');
  const long = await cli(['probe', ...hosts, '--details']);
  expect(long.stdout.match(/mapper-reachable/g)?.length).toBeGreaterThan(3);
  expect(long.stdout).toContain('✓');
});

test('the bar of many probes knows how many there are', async () => {
  const stderr = new Sink({ isTTY: true });
  const { words } = await sound();
  await cli(['probe', ...words, '--cycles', '4'], { stderr });
  expect(stderr.text).toMatch(/probing .*\/4/);
});

test('--nagios is one line, with the exit codes of Nagios', async () => {
  const { words } = await sound();
  const ok = await cli(['probe', ...words, '--nagios', '--warn', '20s', '--crit', '30s']);
  expect(ok.stdout).toMatch(/^CLUSRPC OK - 127\.0\.0\.1 opened in \d+ ms \| open=\d+ms;20000;30000\n$/);
  expect(ok.code).toBe(0);
  const critical = await cli(['probe', '127.0.0.5', '--epm-port', words[2] ?? '', '--nagios']);
  expect(critical.stdout).toMatch(/^CLUSRPC CRITICAL - 127\.0\.0\.5 mapper-reachable: refused\n$/);
  expect(critical.code).toBe(2);
});

test('--targets adds the hosts of a file; a bad line is exit 2 with its number', async () => {
  const { words } = await sound();
  const file = join(directory, 'targets.txt');
  writeFileSync(file, '127.0.0.1\n# and\nlocalhost\n');
  const good = await cli(['probe', '--targets', file, '-4', ...words.slice(1), '--json']);
  expect(good.code).toBe(0);
  expect(JSON.parse(good.stdout).results).toHaveLength(2);
  writeFileSync(file, '127.0.0.1\nno host\n');
  const bad = await cli(['probe', '--targets', file]);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('targets.txt, line 2: "no host" holds a space');
});

test.each([
  [['probe'], /which cluster/],
  [['probe', '127.0.0.1', '--user', 'bob'], /which password.*CLUSRPC_PASSWORD/s],
  [['probe', '127.0.0.1', '--user', 'bob', '--password-file', 'x.none'], /the password file x.none cannot be read/],
  [['probe', '127.0.0.1', '--password-stdin'], /--user is missing/],
  [['probe', '127.0.0.1', '--auth', 'connect'], /--user is missing/],
  [['probe', '127.0.0.1', '--auth', 'call'], /connect, packet/],
  [['probe', '127.0.0.1', '--transport', 'upd'], /Did you mean udp/],
  [['probe', '127.0.0.1', '--local-ports', '9-1'], /backwards/],
  [['probe', '127.0.0.1', '--each-port'], /--local-ports/],
  [['probe', '127.0.0.1', '--stage-timeout', '4'], /Which unit/],
  [['probe', '127.0.0.1', '--source', 'eth0'], /IP address/],
  [['probe', '127.0.0.1', '-4', '-6'], /conflict|cannot be used/],
  [['probe', '127.0.0.1', '--warn', '5s'], /need --nagios/],
  [['probe', '127.0.0.1', '--nagios', '--json'], /cannot be used with/],
  [['probe', '127.0.0.1:135'], /holds a port/],
  [['endpoints'], /host/],
  [['endpoints', '127.0.0.1', '--semantics', 'maybe'], /at-most-once/],
])('%j is exit 2 with a sentence that helps', async (words, message) => {
  const { code, stderr, stdout } = await cli(words);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stdout).toBe('');
});

test('--pcap keeps what went over the wire, for the owner only', async () => {
  const { words } = await sound();
  const file = join(directory, 'probe.pcapng');
  await cli(['probe', ...words, '--pcap', file]);
  expect(statSync(file).size).toBeGreaterThan(1_000);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('endpoints prints a table or a document of the schema, exit 0', async () => {
  const { words } = await sound();
  const text = await cli(['endpoints', ...words]);
  expect(text.stdout).toMatch(/^clusapi +2\.0 +ncadg_ip_udp/m);
  const { code, stdout } = await cli(['endpoints', ...words, '--json']);
  expect(endpointsSchema.parse(JSON.parse(stdout)).entries).toHaveLength(1);
  expect(code).toBe(0);
});

test('endpoints of a host that refuses is exit 1, of one that is silent exit 3', async () => {
  const { words } = await sound({ faults: 'drop=1' });
  const silent = await cli(['endpoints', ...words, '--transport', 'udp', '--stage-timeout', '300ms']);
  expect(silent.code).toBe(3);
  expect(silent.stderr).toContain('no datagram RPC');
  const refused = await cli(['endpoints', '127.0.0.5', ...words.slice(1)]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('nothing listens');
});
