import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emulateCountersSchema, emulateReadySchema, soakSchema } from '../../src/report/schema/index.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function start(...argv: string[]): { child: ChildProcessWithoutNullStreams; ended: Promise<[number | null, string]> } {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv]);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = once(child, 'close').then(([code]): [number | null, string] => [code as number | null, stderr]);
  return { child, ended };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command cleanly: its last line is there, and exit %d', async (signal, code) => {
  const { child, ended } = start('emulate');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    if (lines.push(line) === 1) child.kill(signal);
  });
  expect(await ended).toEqual([code, '']);
  const [ready, counters] = lines.map((line) => JSON.parse(line));
  expect(emulateReadySchema.parse(ready)).toEqual(ready);
  expect(emulateCountersSchema.parse(counters)).toEqual(counters);
  expect(lines).toHaveLength(2);
});

test('SIGINT ends a soak whose program hangs for a port, with what happened until then', async () => {
  const load = ['--ports', '5000-5001', '--every', '5ms', '--time', 'real', '--on-exhaustion', 'hang'];
  const { child, ended } = start('soak', 'emulated', ...load, '--ndjson');
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The third open waits 240 s for the first port.
    if (lines.push(line) === 2) setTimeout(() => child.kill('SIGINT'), 300);
  });
  expect((await ended)[0]).toBe(130);
  expect(soakSchema.parse(JSON.parse(lines[2] ?? ''))).toMatchObject({
    ended: 'aborted',
    cycles: 2,
    stalls: { count: 1, first: { cycle: 3 } },
  });
  expect(lines).toHaveLength(3);
});

test('a soak whose program hangs for good says so, and ends by itself: exit 1', async () => {
  const load = ['--ports', '5000-5001', '--every', '5ms', '--failure-rate', '1', '--failure-kind', 'reject'];
  const { child, ended } = start('soak', 'emulated', ...load, '--time', 'real', '--on-exhaustion', 'hang', '--json');
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  expect((await ended)[0]).toBe(1);
  expect(soakSchema.parse(JSON.parse(text))).toMatchObject({ ended: 'standstill', ports: { leaked: 2 }, cycles: 2 });
});

test('nobody reads the output any more: the command ends, quietly', async () => {
  const { child, ended } = start('emulate');
  child.stdout.destroy();
  expect(await ended).toEqual([141, '']);
});

test('output that nobody can keep is an error of the system, no defect: exit 2', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'collector'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: the output cannot be written: no space left\n' });
});

test('a long document comes out whole through a pipe, and the exit code is that of the command', async () => {
  const { child, ended } = start('soak', 'emulated', '--ports', '5000-5019', '--cycles', '3000', '--json');
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  const [code] = await ended;
  const { cycles, timeline } = JSON.parse(stdout);
  expect({ code, cycles }).toEqual({ code: 0, cycles: 3000 });
  expect(stdout.length).toBeGreaterThan(65_536);
  expect(timeline.length).toBeGreaterThan(500);
});

test('an older Node.js is told what is needed, before anything else runs', async () => {
  const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})";
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', older, MAIN, 'ports', '--ports', '5000']);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said).toBe('error: clusrpc needs Node.js 20 or later, and this is 18.20.4\n');
});
