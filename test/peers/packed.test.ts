import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const WORKERS = ['a', 'b', 'c', 'd'];

let folder = '';
let tarball = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clusrpc-packed-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  tarball = join(folder, filename);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project of a stranger: the tarball, a test runner, and one test file for each worker. */
async function project(name: string, packages: readonly string[], testFile: (story: string) => string, suffix: string) {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, type: 'module', private: true }));
  await copyFile(new URL('../packed/story.mjs', import.meta.url), join(path, 'story.mjs'));
  for (const worker of WORKERS) await writeFile(join(path, `${worker}.test.${suffix}`), testFile(`CLUSTER-${worker}`));
  await run('npm', ['install', '--no-audit', '--no-fund', tarball, ...packages], { cwd: path });
  return path;
}

/** Runs to its own end: a process that something keeps alive is killed and fails the test. */
async function finish(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const { CI: _, VITEST: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  return run(command, [...args], { cwd, env: { ...inherited, ...env }, timeout: 60_000, killSignal: 'SIGKILL' });
}

test('the packed package works in vitest, four workers side by side', async () => {
  const test = (name: string) =>
    `import { test } from 'vitest';\nimport { story } from './story.mjs';\ntest('${name}', () => story('${name}'));\n`;
  const path = await project('with-vitest', ['vitest@4'], test, 'js');
  const { stdout } = await finish('npx', ['vitest', 'run'], path);
  expect(stdout).toMatch(/Tests .*4 passed/);
}, 180_000);

test('the packed package works in node:test, one process a file', async () => {
  const test = (name: string) =>
    `import { test } from 'node:test';\nimport { story } from './story.mjs';\ntest('${name}', () => story('${name}'));\n`;
  const path = await project('with-node-test', [], test, 'mjs');
  const { stdout } = await finish(process.execPath, ['--test'], path);
  expect(stdout).toMatch(/pass 4/);
}, 180_000);

test('the packed package works in jest, four workers side by side', async () => {
  const test = (name: string) => `import { story } from './story.mjs';\ntest('${name}', () => story('${name}'));\n`;
  const path = await project('with-jest', ['jest@30'], test, 'js');
  const { stderr } = await finish('npx', ['jest', '--workers=4'], path, { NODE_OPTIONS: '--experimental-vm-modules' });
  expect(stderr).toMatch(/Tests: +4 passed/);
  expect(stderr).not.toMatch(/did not exit|open handles/);
}, 180_000);
