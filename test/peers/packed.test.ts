import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const WORKERS = ['a', 'b', 'c', 'd'] as const;

/** What a file of tests does before its story, one for each worker. */
type Beginnings = Readonly<Record<(typeof WORKERS)[number], string>>;

/** The workspace of a stranger: the tarball and the test runners. */
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clusrpc-packed-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const packages = [join(folder, filename), 'vitest@4', 'jest@30', 'mocha@11', 'sinon@21'];
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], { cwd: folder });
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project in it, with a file of tests for each worker, which tells the story after its beginning. */
async function project(name: string, imports: string, beginnings: Beginnings, suffix = 'js') {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, type: 'module', private: true }));
  await copyFile(new URL('../packed/story.mjs', import.meta.url), join(path, 'story.mjs'));
  for (const worker of WORKERS) {
    const body = `async () => {\n  ${beginnings[worker]}\n  return story('CLUSTER-${worker}');\n}`;
    const source = `${imports}\nimport { story } from './story.mjs';\ntest('${worker}', ${body});\n`;
    await writeFile(join(path, `${worker}.test.${suffix}`), source);
  }
  return path;
}

/** Runs to its own end: a process that something keeps alive is killed and fails the test. */
async function finish(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const { CI: _, VITEST: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  return run(command, [...args], { cwd, env: { ...inherited, ...env }, timeout: 60_000, killSignal: 'SIGKILL' });
}

test('the packed package works in vitest, four workers side by side, under its fake timers too', async () => {
  const path = await project('with-vitest', "import { test, vi } from 'vitest';", {
    a: '',
    b: 'vi.useFakeTimers();',
    c: 'vi.useFakeTimers({ shouldAdvanceTime: true });',
    d: 'vi.useFakeTimers({ now: 0 });',
  });
  const { stdout } = await finish('npx', ['vitest', 'run'], path);
  expect(stdout).toMatch(/Tests .*4 passed/);
}, 60_000);

test('the packed package works in node:test, one process a file, under its mocked timers too', async () => {
  const path = await project(
    'with-node-test',
    "import { mock, test } from 'node:test';",
    {
      a: '',
      b: 'mock.timers.enable();',
      c: "mock.timers.enable({ apis: ['setImmediate'] });",
      d: "mock.timers.enable({ apis: ['Date', 'setInterval'], now: 0 });",
    },
    'mjs',
  );
  const { stdout } = await finish(process.execPath, ['--test'], path);
  expect(stdout).toMatch(/pass 4/);
}, 60_000);

test('the packed package works in jest, four workers side by side, under its fake timers too', async () => {
  const path = await project('with-jest', "import { jest } from '@jest/globals';", {
    a: '',
    b: 'jest.useFakeTimers();',
    c: 'jest.useFakeTimers({ advanceTimers: true });',
    d: 'jest.useFakeTimers({ now: 0 });',
  });
  const { stderr } = await finish('npx', ['jest', '--workers=4'], path, { NODE_OPTIONS: '--experimental-vm-modules' });
  expect(stderr).toMatch(/Tests: +4 passed/);
  expect(stderr).not.toMatch(/did not exit|open handles/);
}, 60_000);

test('the packed package works in mocha, all files in one process, under the fake timers of sinon too', async () => {
  const path = await project('with-mocha', "import sinon from 'sinon';\nteardown(() => sinon.restore());", {
    a: '',
    b: 'sinon.useFakeTimers();',
    c: 'sinon.useFakeTimers({ shouldAdvanceTime: true });',
    d: 'sinon.useFakeTimers({ now: 0 });',
  });
  const { stdout } = await finish('npx', ['mocha', '--ui', 'tdd', '*.test.js'], path);
  expect(stdout).toMatch(/4 passing/);
}, 60_000);
