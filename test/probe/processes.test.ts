import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProbeDocument } from '../../src/probe/index.ts';
import { probeSchema } from '../../src/report/schema/index.ts';
import { FAULT_ROWS } from './rows.ts';

const HOSTS = fileURLToPath(new URL('host-process.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const LIMITS = ['--timeout', '8s', '--stage-timeout', '1s'];

let hosts: ChildProcess;
/** `CLUSRPC_HOSTS` for a sound cluster SOUND and one for each row: ROW0, ROW1, … */
let environment = '';

beforeAll(async () => {
  hosts = spawn(process.execPath, ['--import', 'tsx', HOSTS], { stdio: ['pipe', 'pipe', 'inherit'] });
  const addresses = JSON.parse(await firstLine(hosts)) as string[];
  environment = addresses.map((address, i) => `${i === 0 ? 'SOUND' : `ROW${i - 1}`}=${address}`).join(',');
});

afterAll(async () => {
  hosts.stdin?.end();
  if (hosts.exitCode === null) await once(hosts, 'exit');
});

test('hosts in one process, probe in another: every row of the fault table is named, exit 1', async () => {
  const names = FAULT_ROWS.map((_, i) => `ROW${i}`);
  const { code, stdout } = await clusrpc('probe', 'SOUND', ...names, '--json', '--concurrency', '32');
  const { results } = JSON.parse(stdout) as ProbeDocument;
  const found = results.slice(1).map(({ stoppedAt, stages }, i) => {
    const stopped = stages.find(({ id }) => id === stoppedAt);
    return `${FAULT_ROWS[i]?.name}: ${stoppedAt} ${stopped?.status} ${stopped?.reason}`;
  });
  expect(found).toEqual(FAULT_ROWS.map((row) => `${row.name}: ${row.stoppedAt} ${row.status} ${row.reason}`));
  expect(code).toBe(1);
});

test('hosts in one process, probe in another: silence alone is exit 3', async () => {
  const silent = FAULT_ROWS.findIndex(({ exit }) => exit === 3);
  const { code } = await clusrpc('probe', `ROW${silent}`, 'SOUND');
  expect(code).toBe(3);
});

test.each([
  [[], 0, null],
  [['--reply-from', '127.0.0.4'], 0, null],
  [['--require-auth'], 1, 'authenticate denied'],
] as const)('emulate %j in one process, probe in another: exit %i, %s', async (options, exit, stopped) => {
  const emulate = spawn(process.execPath, ['--import', 'tsx', CLI, 'emulate', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(emulate, 'exit');
  const { host, epmUdp } = JSON.parse(await firstLine(emulate)) as { host: string; epmUdp: number };
  const { code, stdout } = await clusrpc('probe', host, '--epm-port', String(epmUdp), '--json');
  emulate.kill('SIGTERM');
  await exited;
  const [result] = probeSchema.parse(JSON.parse(stdout)).results;
  const stage = result?.stages.find(({ id }) => id === result.stoppedAt);
  expect(stage === undefined ? null : `${stage.id} ${stage.reason}`).toBe(stopped);
  expect(code).toBe(exit);
});

test('Ctrl-C prints what was found until then and is exit 130', async () => {
  const silent = FAULT_ROWS.findIndex(({ exit }) => exit === 3);
  const arguments_ = [
    'probe',
    'SOUND',
    `ROW${silent}`,
    '--concurrency',
    '1',
    '--ndjson',
    '--stage-timeout',
    '60s',
    '--timeout',
    '60s',
  ];
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...arguments_], {
    env: { ...process.env, CLUSRPC_HOSTS: environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [code] = await exited;
  expect(code).toBe(130);
  const results = lines.flatMap((line) => (JSON.parse(line) as ProbeDocument).results);
  expect(results.map(({ target, stoppedAt }) => [target, stoppedAt])).toEqual([
    ['SOUND', null],
    [`ROW${silent}`, 'mapper-reachable'],
  ]);
  expect(results[1]?.stages[1]).toMatchObject({ status: 'unknown', detail: 'interrupted' });
});

function clusrpc(...words: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, CLUSRPC_HOSTS: environment };
    const child = execFile(process.execPath, ['--import', 'tsx', CLI, ...words, ...LIMITS], { env }, (_, stdout) => {
      resolve({ code: child.exitCode ?? -1, stdout });
    });
  });
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no stdout');
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text;
}
