import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Interruption } from '../../src/cli/exit.ts';
import { cli } from './in-process.ts';

const USER = ['user', 'LAB\\ops'];
const SHARE = ['audit', '--share', '//127.0.0.1/ADMIN$', '--user', 'me'];

test('a password on standard input is the one of the environment, without the end of its line and the mark before it', async () => {
  const known = await cli(USER, { env: { CLUSRPC_PASSWORD: 'Geheim ü1' } });
  expect(known.stdout).toMatch(/^LAB\\ops:[0-9a-f]{32}\n$/);
  for (const text of ['Geheim ü1', 'Geheim ü1\n', '\ufeffGeheim ü1\r\n']) {
    const stdin = Readable.from([Buffer.from(text)]);
    expect(await cli([...USER, '--password-stdin'], { stdin })).toEqual(known);
  }
});

test('what brought a password forgets it', async () => {
  const chunk = Buffer.from('Secret.1\n');
  const stdin = new PassThrough();
  stdin.end(chunk);
  expect((await cli([...USER, '--password-stdin'], { stdin })).code).toBe(0);
  expect(chunk.every((byte) => byte === 0)).toBe(true);
});

test('Ctrl-C ends the wait for a password that does not come', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const stdin = new Readable({ read: () => controller.abort(new Interruption('SIGINT')) });
  expect(await cli([...USER, '--password-stdin'], { stdin, signal })).toEqual({ code: 130, stdout: '', stderr: '' });
});

test.each([
  ['of a probe', ['probe', '127.0.0.1', '--user', 'me']],
  ['of a share', SHARE],
  ['of an account', USER],
])('a password %s that is not given is asked for in the same words', async (_, argv) => {
  const { code, stderr } = await cli(argv);
  expect(code).toBe(2);
  expect(stderr).toContain('which password?\nGive CLUSRPC_PASSWORD, --password-file or --password-stdin.');
});

test.each([
  ['two passwords', [...SHARE, '--password-stdin', '--password-file', 'pw'], /--password-file or --password-stdin\?/],
  ['a password of nobody', ['audit', '--share', '//127.0.0.1/ADMIN$', '--password-stdin'], /--user is missing/],
  ['standard input for two things', ['audit', '-', '--user', 'me', '--password-stdin'], /input is named twice/],
  ['a password without an end', [...SHARE, '--password-stdin'], /has more than 1024 bytes/, 'x'.repeat(1_025)],
  ['what PowerShell writes by >', [...SHARE, '--password-stdin'], /is not UTF-8/, '\xff\xfep\0w\0'],
])('%s: exit 2', async (_, argv, said, text = 'pw') => {
  const { code, stderr } = await cli(argv, { stdin: Readable.from([Buffer.from(text, 'latin1')]) });
  expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
});
