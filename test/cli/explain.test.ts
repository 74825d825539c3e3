import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT, Interruption } from '../../src/cli/exit.ts';
import { runCli } from '../../src/cli/program.ts';
import { explainSchema } from '../../src/report/schema/index.ts';
import { machineRun, openAndClose, world } from '../explain/scenario.ts';
import { cli, Sink } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-explain-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string) => join(directory, name);
let fine: Buffer;

beforeAll(async () => {
  const of = await world();
  await openAndClose(of, 5000);
  fine = of.capture();
  writeFileSync(file('fine.pcapng'), fine);
  writeFileSync(file('empty.pcapng'), (await world()).capture());
  writeFileSync(file('damaged.pcapng'), Buffer.concat([fine, Buffer.alloc(64, 0xff)]));
  writeFileSync(file('not-one.txt'), 'not a capture at all');
  const fails = (open: number) => open % 3 === 2;
  const run = { profile: 'windows-2000-sp3', opens: 45, everyMs: 40_000, fails, failure: 'no-answer' } as const;
  writeFileSync(file('leak.pcapng'), await machineRun(run));
});

/** The command line with that on standard input. */
async function piped(stdin: Readable, signal = new AbortController().signal) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const code = await runCli(['explain', '-', '--json'], { stdin, stdout, stderr, env: {}, signal });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('the exit code', () => {
  test.each([
    ['fine.pcapng', EXIT.fine, 'Nothing is wrong'],
    ['leak.pcapng', EXIT.notFine, 'client ports leak'],
    ['empty.pcapng', EXIT.unknown, 'There is no connectionless RPC'],
  ])('of %s', async (name, expected, text) => {
    const { code, stdout, stderr } = await cli(['explain', file(name)]);
    expect(stdout).toContain(text);
    expect(stderr).toBe('');
    expect(code).toBe(expected);
  });

  test.each([
    ['not-one.txt', 'neither pcap nor pcapng'],
    ['is-not-there.pcap', 'no such file or directory'],
  ])('of %j is that of wrong input, and the message says why', async (name, message) => {
    const { code, stdout, stderr } = await cli(['explain', file(name)]);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(EXIT.usage);
  });

  test('of a damaged file is that of wrong input, and what stands before the damage is told', async () => {
    const { code, stdout, stderr } = await cli(['explain', '--json', file('damaged.pcapng')]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/^error: capture file, byte \d+: /);
    expect(explainSchema.parse(JSON.parse(stdout)).rpc.calls).toBeGreaterThan(3);
  });

  test('without a capture is that of a wrong command line', async () => {
    expect((await cli(['explain'])).code).toBe(EXIT.usage);
    expect((await cli(['explain', ''])).code).toBe(EXIT.usage);
  });
});

test('--json prints the document of the schema, with the name of the file', async () => {
  const { stdout } = await cli(['explain', '--json', file('leak.pcapng')]);
  const document = explainSchema.parse(JSON.parse(stdout));
  expect(JSON.parse(stdout)).toEqual(document);
  expect(document.source.name).toBe(file('leak.pcapng'));
  expect(Object.keys(JSON.parse(stdout))[0]).toBe('schema');
});

test('--ports gives the forecast its pool', async () => {
  const { stdout } = await cli(['explain', '--json', '--ports', '5000-5019', file('leak.pcapng')]);
  const { hosts } = explainSchema.parse(JSON.parse(stdout));
  expect(hosts[0]?.forecast?.pool).toEqual({ size: 20, basis: 'given' });
  expect((await cli(['explain', '--ports', '5019-5000', file('leak.pcapng')])).code).toBe(EXIT.usage);
});

test('--html writes a page beside the text', async () => {
  const { code, stdout } = await cli(['explain', '--html', file('page.html'), file('leak.pcapng')]);
  expect(code).toBe(EXIT.notFine);
  expect(stdout).toContain('client ports leak');
  expect(readFileSync(file('page.html'), 'utf8')).toMatch(/^<!DOCTYPE html>[\s\S]*<svg /);
});

describe('out of a pipe', () => {
  test('a capture in small pieces is the same as the file', async () => {
    const bytes = readFileSync(file('leak.pcapng'));
    const pieces = function* () {
      for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
    };
    const { code, stdout } = await piped(Readable.from(pieces(), { objectMode: false }));
    const whole = await cli(['explain', '--json', file('leak.pcapng')]);
    expect(code).toBe(EXIT.notFine);
    const document = JSON.parse(stdout);
    expect(document.source.name).toBeNull();
    expect({ ...document, source: null }).toEqual({ ...JSON.parse(whole.stdout), source: null });
  });

  test('Ctrl-C ends it, and what came until then is told', async () => {
    const controller = new AbortController();
    let reads = 0;
    const open = new Readable({
      highWaterMark: 1,
      read() {
        // Asked for more once what there is has been taken; then nothing comes any more.
        if (reads++ === 0) this.push(fine);
        else setImmediate(() => controller.abort(new Interruption('SIGINT')));
      },
    });
    const { code, stdout } = await piped(open, controller.signal);
    expect(code).toBe(130);
    expect(explainSchema.parse(JSON.parse(stdout)).rpc.calls).toBeGreaterThan(3);
  });

  test('a real pipe into a process of its own', async () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'explain', '-', '--json'], { stdio: 'pipe' });
    child.stdin.end(fine);
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    expect(explainSchema.parse(JSON.parse(text)).verdict).toBe('fine');
  });
});

test('on a terminal a long file shows how far it is', async () => {
  const stderr = new Sink({ isTTY: true });
  await cli(['explain', file('leak.pcapng')], { stderr });
  expect(stderr.text).toContain('reading');
});
