import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crossBuild } from '../../scripts/native/cross.ts';
import { auditSchema, doctorSchema, portsSchema, probeSchema } from '../../src/report/schema/index.ts';
import { versionsOf } from './wine/file-versions.ts';
import { installedPackage } from './wine/installed-package.ts';
import { type DllKind, NODES, type RunOptions, type WindowsMachine, windowsMachine } from './wine/machine.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Wine on a machine that has other things to do takes its time; what takes too long is ended a little before. */
const LONGEST = 600_000;

describe('inside Windows node.exe', { timeout: LONGEST }, () => {
  let machine: WindowsMachine;
  beforeAll(async () => {
    machine = await windowsMachine();
  }, LONGEST);
  afterAll(async () => {
    await machine?.stop();
  });

  for (const node of NODES) {
    for (const dll of ['test', 'wine', 'none'] as const satisfies readonly DllKind[]) {
      test(`${node}: every backend keeps the contract on ${dll === 'none' ? 'no' : `the ${dll}`} clusapi.dll`, () =>
        passes('contract', { dll }));
    }
    test(`${node}: errors arrive with code, errno and syscall`, () => passes('errors'));
    test(`${node}: the pool is bounded and libuv is left alone`, () => passes('pool'));
    test(`${node}: calls that hang for ever starve nobody`, () => passes('hang'));
    test(`${node}: a lane that hangs holds up no other`, () => passes('lanes'));
    test(`${node}: the event loop goes on, whatever is answered`, () => passes('event-loop'));
    test(`${node}: every handle is closed exactly once`, () => passes('lifetime'));
    test(`${node}: the registry is read as reg.exe wrote it`, () => passes('registry'));
    test(`${node}: a Windows that runs is audited, here and elsewhere`, () => passes('live'));
    test(`${node}: programs of Windows and its counters tell about ports`, () => passes('programs'));
    for (const dll of ['test', 'none'] as const) {
      test(`${node}: openCluster takes the backend that is asked for, or the best there is, with ${dll} DLL`, () =>
        passes('open', { dll }));
    }
    test(`${node}: the loader says what it tried`, () => passes('loader'));
    test(`${node}: nothing grows over many calls`, () => passes('soak'));

    test(`${node}: opens and closes a second of the addon and both FFI packages, side by side`, async () => {
      const { code, stdout, stderr } = await machine.run(node, 'test/native/inside/bench.js', {
        env: { CLUSTEST_PAIRS: '200', CLUSTEST_ROUNDS: '1' },
      });
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^native .*\n^koffi .*\n^ffi-napi .*$/m);
      console.info(`${node}\n${stdout}`);
    });

    test(`${node}: file versions are those of an independent reader, port tables those of the sockets`, async () => {
      const file = path.join(machine.directory, `versions-${node}.json`);
      await passes('files-ports', { env: { CLUSTEST_VERSIONS: `Z:${file}` } });
      const read = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { fileVersion: number[] } | number>;
      const different: string[] = [];
      const all = await versionsOf(Object.keys(read).map((name) => path.join(machine.system32, name)));
      for (const [name, answer] of Object.entries(read)) {
        const expected = all.get(path.join(machine.system32, name));
        const found = typeof answer === 'number' ? null : answer.fileVersion;
        if (JSON.stringify(found) !== JSON.stringify(expected)) different.push(`${name}: ${found} against ${expected}`);
        // ERROR_RESOURCE_DATA_NOT_FOUND and ERROR_RESOURCE_TYPE_NOT_FOUND say that there is no version.
        if (typeof answer === 'number' && answer !== 1812 && answer !== 1813)
          different.push(`${name}: error ${answer}`);
      }
      expect(different).toEqual([]);
      const versions = Object.values(read).filter((answer) => typeof answer !== 'number');
      expect(versions.length).toBeGreaterThan(200);
    });

    async function passes(name: string, options: RunOptions = {}): Promise<void> {
      const nodeOptions = ['--expose-gc', '--test-reporter=tap'];
      const result = await machine.run(node, `test/native/inside/${name}.inside.js`, { nodeOptions, ...options });
      const counts = Object.fromEntries(
        [...result.stdout.matchAll(/^# (pass|fail|cancelled|skipped|todo) (\d+)$/gm)].map((m) => [m[1], Number(m[2])]),
      );
      const said = result.stdout.split('\n').filter((line) => !line.startsWith('ok '));
      expect(counts, `${said.join('\n')}\n${result.stderr}`).toMatchObject({
        fail: 0,
        cancelled: 0,
        skipped: 0,
        todo: 0,
      });
      expect(counts.pass).toBeGreaterThan(0);
      expect(result.code, result.stderr).toBe(0);
    }
  }

  test('a build in another directory gives the same bytes', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'clusrpc-elsewhere-'));
    try {
      for (const part of ['native', 'binding.gyp'])
        cpSync(path.join(ROOT, part), path.join(elsewhere, part), { recursive: true });
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(elsewhere, 'node_modules'));
      const second = await crossBuild(elsewhere, path.join(elsewhere, 'clusrpc.node'));
      expect(second.sha256).toBe(machine.addon.sha256);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  test('the tarball, installed on this system without compiler and Python, serves node.exe with backend native', async () => {
    const { directory, main } = await installedPackage(machine.addon.output);
    try {
      const opened = await machine.run('node22', main, {
        args: ['probe', 'CLUSTER1', '--transport', 'native', '--json'],
      });
      expect(opened.code, opened.stderr).toBe(0);
      const { results } = probeSchema.parse(JSON.parse(opened.stdout));
      expect(results[0]).toMatchObject({ transport: 'native', stoppedAt: null, cluster: { name: 'CLUSTER1' } });

      const doctor = await machine.run('node22', main, { args: ['doctor', '--json'] });
      const facts = doctorSchema.parse(JSON.parse(doctor.stdout));
      expect(facts.backends.find(({ name }) => name === 'native')?.available).toBe(true);

      const ports = await machine.run('node22', main, { args: ['ports', '--live', '--json'] });
      const report = portsSchema.parse(JSON.parse(ports.stdout));
      expect(report).toMatchObject({ source: 'this Windows', valid: true, pool: { kind: 'dynamic' } });

      const audit = await machine.run('node22', main, { args: ['audit', '--live', '--json'] });
      expect(audit.code, audit.stderr).toBe(0);
      const { system, files, kb814622 } = auditSchema.parse(JSON.parse(audit.stdout));
      expect(system.sources.join()).toContain('Windows');
      expect(files.map(({ name }) => name.toLowerCase())).toContain('rpcrt4.dll');
      expect(kb814622.verdict).toBe('not-applicable');

      const none = await machine.run('node22', main, {
        dll: 'none',
        args: ['probe', 'X', '--transport', 'native', '--json'],
      });
      expect(none.code).toBe(1);
      expect(probeSchema.parse(JSON.parse(none.stdout)).results[0]?.stages).toContainEqual(
        expect.objectContaining({
          id: 'open-cluster',
          status: 'fail',
          error: expect.objectContaining({ code: 'ERROR_MOD_NOT_FOUND' }),
        }),
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('no test file was forgotten above', () => {
    const files = readdirSync(path.join(import.meta.dirname, 'inside')).filter((name) => name.endsWith('.inside.ts'));
    const run = readFileSync(import.meta.filename, 'utf8');
    expect(files.filter((name) => !run.includes(`passes('${name.replace('.inside.ts', '')}'`))).toEqual([]);
  });
});
