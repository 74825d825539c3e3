import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeSchema } from '../../src/report/schema/index.ts';
import { PEAK_MB } from './compiled-rooms.ts';
import { run, scratch } from './tools.ts';

const HOSTS = fileURLToPath(new URL('fleet-hosts.ts', import.meta.url));
const MAPPERS = fileURLToPath(new URL('py/mappers.py', import.meta.url));
/** A module that tells the memory of the process at its end, in MB. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => writeSync(2, JSON.stringify({ peakMb: ${PEAK_MB} })));
`)}`;

const directory = scratch();
const hosts = spawn(process.execPath, ['--import', 'tsx', HOSTS], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
let mapperPort = 0;
let expected: Readonly<Record<string, string | null>> = {};

beforeAll(async () => {
  const { value } = await createInterface({ input: hosts.stdout })[Symbol.asyncIterator]().next();
  ({ mapperPort, expected } = JSON.parse(value));
});
afterAll(async () => {
  const ended = new Promise((resolve) => hosts.once('exit', resolve));
  hosts.stdin.end();
  await ended;
  directory.remove();
});

test('one process probes 500 hosts over TCP: each open or broken as it is, in bounded memory', () => {
  const targets = directory.file('targets');
  writeFileSync(targets, `${Object.keys(expected).join('\n')}\n`);
  const options = [
    '--transport',
    'tcp',
    '--epm-port',
    String(mapperPort),
    '--concurrency',
    '64',
    '--stage-timeout',
    '10s',
    '--timeout',
    '30s',
    '--json',
  ];
  const began = performance.now();
  const args = ['--import', TELL_MEMORY, 'dist/cli/main.js', 'probe', '--targets', targets, ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const ours = performance.now() - began;
  expect(status).toBe(1);
  const document = probeSchema.parse(JSON.parse(stdout));
  const found = document.results.map(({ target, stoppedAt, stages }) => {
    const stopped = stages.find(({ id }) => id === stoppedAt);
    return [target, stopped === undefined ? null : `${stopped.id} ${stopped.reason}`];
  });
  expect(Object.fromEntries(found)).toEqual(expected);
  expect(Object.values(expected).filter((stop) => stop !== null)).toHaveLength(25);
  const { peakMb } = JSON.parse(stderr.slice(stderr.lastIndexOf('{')));
  expect(peakMb).toBeLessThan(200);

  const sound = Object.keys(expected).filter((address) => expected[address] === null);
  const before = performance.now();
  const answered = run('/usr/bin/python3', [MAPPERS, String(mapperPort), ...sound]);
  const theirs = performance.now() - before;
  expect(Number(answered)).toBe(sound.length);
  const [a, b] = [(1_000 * found.length) / ours, (1_000 * sound.length) / theirs];
  console.info(
    `${a.toFixed(0)} hosts/s probed whole in ${peakMb.toFixed(0)} MB; impacket, the mapper alone: ${b.toFixed(0)} hosts/s; ratio ${(a / b).toFixed(1)}`,
  );
});
