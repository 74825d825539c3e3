import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Interruption } from '../../src/cli/exit.ts';
import { emulateCountersSchema, emulateReadySchema } from '../../src/report/schema/index.ts';
import { cli, Sink } from './in-process.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs `emulate` until `use` has done its work with the ready line. */
async function emulating(
  argv: readonly string[],
  use: (ready: { host: string; epmUdp: number }, sinks: { stdout: Sink; stderr: Sink }) => Promise<void>,
) {
  const controller = new AbortController();
  const stdout = new Sink();
  const stderr = new Sink();
  const ready = new Promise<string>((resolve) => {
    const write = stdout._write.bind(stdout);
    stdout._write = (chunk, encoding, done) => {
      write(chunk, encoding, done);
      resolve(stdout.text);
    };
  });
  const running = cli(['emulate', ...argv], { signal: controller.signal, stdout, stderr });
  const line = JSON.parse(await ready);
  await use(emulateReadySchema.parse(line) as { host: string; epmUdp: number }, { stdout, stderr });
  controller.abort(new Interruption('SIGINT'));
  return running;
}

function scenario(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'clusrpc-emulate-'));
  folders.push(folder);
  const path = join(folder, 'scenario.json');
  writeFileSync(path, text);
  return path;
}

test('it says where it is in one line, and what it has seen in another', async () => {
  const { code, stdout } = await emulating(['--cluster-name', 'LAB', '--nodes', 'A,B'], async ({ host, epmUdp }) => {
    const probe = await cli(['probe', host, '--epm-port', `${epmUdp}`, '--json']);
    expect(probe.code).toBe(0);
    expect(JSON.parse(probe.stdout).results[0].cluster).toMatchObject({ name: 'LAB', node: 'A' });
  });
  expect(code).toBe(130);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(emulateCountersSchema.parse(JSON.parse(lines[1] ?? ''))).toMatchObject({
    event: 'counters',
    calls: 6,
    handles: 0,
  });
});

test('accounts that the command user makes are those of --users', async () => {
  const password = scenario('Secret.1\n');
  const line = await cli(['user', 'LAB\\ops', '--password-file', password]);
  expect(line.stdout).toMatch(/^LAB\\ops:[0-9a-f]{32}\n$/);
  const users = scenario(`# who may\n${line.stdout}`);
  const options = ['--users', users, '--min-auth', 'integrity', '--may-open', 'LAB\\ops'];
  const { code } = await emulating(options, async ({ host, epmUdp }) => {
    const argv = ['probe', host, '--epm-port', `${epmUdp}`, '--nagios'];
    expect((await cli(argv)).stdout).toMatch(/authenticate/);
    const asOps = await cli([...argv, '--user', 'LAB\\ops', '--password-file', password]);
    expect(asOps).toMatchObject({ code: 0, stderr: '' });
  });
  expect(code).toBe(130);
});

test.each([
  ['LAB\\ops:Secret.1', 'line 1'],
  ['# nobody', 'names no user'],
])('a user file that cannot be is exit 2, and shows nothing of what stands in it: %s', async (text, why) => {
  const { code, stderr } = await cli(['emulate', '--users', scenario(text)]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
  expect(stderr).not.toContain('Secret');
});

test('SIGUSR1 prints the counters in between', async () => {
  const { stdout } = await emulating([], async () => {
    process.emit('SIGUSR1', 'SIGUSR1');
  });
  expect(stdout.trimEnd().split('\n')).toHaveLength(3);
});

test('a scenario brings faults and fail-overs', async () => {
  const path = scenario(
    JSON.stringify({
      steps: [
        { fault: { on: 'ApiOpenCluster', nth: 1, action: { win32: 'ERROR_ACCESS_DENIED' } } },
        { at: '1ms', failOver: { group: 'Cluster Group', node: 'NODE2' } },
      ],
    }),
  );
  await emulating(['--scenario', path], async ({ host, epmUdp }, { stderr }) => {
    await expect.poll(() => stderr.text).toContain('scenario: Cluster Group moves to NODE2');
    const probe = () => cli(['probe', host, '--epm-port', `${epmUdp}`, '--json']);
    const refused = JSON.parse((await probe()).stdout).results[0];
    expect(refused).toMatchObject({ stoppedAt: 'open-cluster' });
    expect(JSON.parse((await probe()).stdout).results[0]).toMatchObject({
      stoppedAt: null,
      cluster: { node: 'NODE2' },
    });
  });
});

test.each([
  ['{', 'neither YAML nor JSON'],
  ['{"steps":[{"at":"1s"}]}', 'steps[0]'],
  ['{"steps":[{"at":"soon","nodeDown":"NODE1"}]}', 'not a duration'],
  ['{"steps":[{"fault":{"on":"lunch","action":"drop"}}]}', 'none of callback'],
])('a scenario that cannot be is exit 2 and says why: %s', async (text, why) => {
  const { code, stderr } = await cli(['emulate', '--scenario', scenario(text)]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});

test.each([
  [['--listen', '192.0.2.1'], 'not a loopback address'],
  [['--listen', 'NODE1'], '--listen'],
  [['--host-profile', 'windows-2000-sp9'], 'windows-2000-sp4'],
  [['--host-profile', 'windows-server-2095'], 'windows-server-2016'],
  [['--fault', 'dorp=1'], 'drop'],
  [['--fault', 'drop=2'], 'drop'],
  [['--nodes', 'A,,B'], '--nodes'],
  [['--users', 'people.txt'], 'cannot be read'],
  [['--epm-port', '70000'], '--epm-port'],
] as const)('a wrong option is exit 2 and says what: %j', async (argv, why) => {
  const { code, stderr } = await cli(['emulate', ...argv]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});
