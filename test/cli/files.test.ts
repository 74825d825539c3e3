import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { softwareHive } from '../evidence/made-drive.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-files-'));
const at = (name: string): string => join(directory, name);
const EXPORT = fileURLToPath(new URL('../../fixtures/rpc-internet-5000-5019.reg', import.meta.url));
const KINDS = [
  ['a named pipe', at('pipe'), /it is a named pipe/],
  ['a device', '/dev/zero', /it is a device/],
  ['a full device', '/dev/full', /it is a device/],
  ['a directory', at('folder'), /it is a directory/],
] as const;

beforeAll(() => {
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('folder'));
  mkdirSync(at('dlls'));
  execFileSync('mkfifo', [at('dlls/rpcrt4.dll')]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('an input that is no regular file is refused, and never waited for:', () => {
  const commands: readonly (readonly string[])[] = [
    ['audit', '--reg'],
    ['audit', '--hive'],
    ['audit', '--targets'],
    ['audit', '--reg', EXPORT, '--baseline'],
    ['audit', '--share', '//host/ADMIN$', '--user', 'me', '--password-file'],
    ['ports', '--reg'],
    ['soak', 'emulated', '--reg'],
    ['emulate', '--scenario'],
    ['emulate', '--users'],
    ['probe', '--targets'],
    ['probe', '127.0.0.1', '--user', 'me', '--password-file'],
  ];
  test.each(commands.map((words) => ({ name: words.join(' ').replace(EXPORT, 'FILE'), words })))(
    '$name',
    async ({ words }) => {
      for (const [, file, reason] of KINDS) {
        const { code, stdout, stderr } = await cli([...words, file]);
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
        expect(stderr).toMatch(reason);
        expect(stderr.split('\n').filter((line) => line.includes(file) && line.startsWith('error'))).toHaveLength(1);
      }
    },
  );

  test('explain, where a directory holds the files of a ring buffer', async () => {
    const reasons = [...KINDS.slice(0, 3), ['a directory', at('folder'), /there is no capture in the folder/] as const];
    for (const [, file, reason] of reasons) {
      const { code, stdout, stderr } = await cli(['explain', file]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(reason);
      expect(stderr.split('\n').filter((line) => line.includes(file) && line.startsWith('error'))).toHaveLength(1);
    }
  });

  test('watch --netstat, where a directory is what the collector filled', async () => {
    for (const [, file, reason] of KINDS.slice(0, 3)) {
      const { code, stderr } = await cli(['watch', '--ports', '5000-5099', '--netstat', file]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(reason) });
    }
  });

  test('a DLL of a folder that is a pipe is a file that cannot be read', async () => {
    const { code, stdout } = await cli(['audit', '--system32', at('dlls'), '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).files).toContainEqual(
      expect.objectContaining({
        name: 'rpcrt4.dll',
        match: 'unreadable',
        problem: expect.stringMatching(/named pipe/),
      }),
    );
  });
});

describe('an output that is no regular file is refused before the work:', () => {
  test.each([
    ['audit', '--reg', EXPORT, '--html'],
    ['audit', '--reg', EXPORT, '--log-file'],
    ['ports', '--ports', '5000-5019', '--force', '--write-reg'],
    ['probe', '127.0.0.1', '--pcap'],
  ])('%s %s %s %s', async (...words) => {
    for (const [, file, reason] of KINDS) {
      const { code, stdout, stderr } = await cli([...words, file]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(reason);
    }
    const nowhere = await cli([...words, at('no/such/file')]);
    expect(nowhere).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/cannot be written: no such/) });
  });

  test('a page as large as the memory is judged by its first bytes', async () => {
    const page = at('large.html');
    writeFileSync(page, '<!doctype html>');
    execFileSync('truncate', ['-s', '8G', page]);
    expect((await cli(['audit', '--reg', EXPORT, '--html', page])).code).toBe(3);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]{500,50000}<\/html>\n$/i);
  });
});

describe('standard input', () => {
  const hive = softwareHive({ servicePack: 3, ports: ['5000-5019'] }).toString('latin1');
  const reg = readFileSync(EXPORT, 'latin1');

  test.each(['-', '/dev/stdin'])('is a source named %s, of either kind', async (name) => {
    const fromHive = JSON.parse((await cli(['audit', name, '--json'], { stdin: hive })).stdout);
    expect(fromHive).toMatchObject({ system: { servicePack: 3 }, portConfig: { pool: { size: 20 } } });
    const fromReg = await cli(['audit', '--reg', name, '--json'], { stdin: reg });
    expect(JSON.parse(fromReg.stdout)).toMatchObject({ target: 'standard input', portConfig: { pool: { size: 20 } } });
    expect((await cli(['ports', '--reg', name], { stdin: reg })).stdout).toMatch(/^Ports +5000-5019: 20 ports$/m);
    expect((await cli(['soak', 'emulated', '--cycles', '1', '--reg', name], { stdin: reg })).code).toBe(0);
  });

  test('cannot be read twice, and what is neither hive nor export is exit 2', async () => {
    const twice = await cli(['audit', '-', '--reg', '-'], { stdin: reg });
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringMatching(/standard input is named twice/) });
    const other = await cli(['audit', '-'], { stdin: 'hello' });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/standard input: registry export: no header/),
    });
  });
});
