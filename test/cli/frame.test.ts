import { channel } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { withCommonOptions } from '../../src/cli/common-options.ts';
import { CliContext, type CommandBody } from '../../src/cli/context.ts';
import { EXIT, Interruption, usageError, worstExit } from '../../src/cli/exit.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { RemoteProtocolError, TransportError } from '../../src/status/errors.ts';
import { cli, Sink } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A command line whose command does what the test says. */
async function runBody(body: CommandBody, argv: readonly string[] = [], signal = new AbortController().signal) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const context = new CliContext({ stdin: process.stdin, stdout, stderr, env: {}, signal }, argv);
  const command: CommandUnknownOpts = new Command('x').action((_, self) => context.run(self, body));
  await withCommonOptions(command, { ndjson: true, html: true }).parseAsync(argv, { from: 'user' });
  return { code: context.exitCode, stdout: stdout.text, stderr: stderr.text };
}

describe('the help', () => {
  test('lists every command and goes to stdout', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect(code).toBe(EXIT.fine);
    expect(stderr).toBe('');
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  test('goes to stderr and is exit 2 when nothing was asked', async () => {
    const { code, stdout, stderr } = await cli([]);
    expect(code).toBe(EXIT.usage);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: clusrpc');
  });

  test('of a command shows its own options by both spellings', async () => {
    const first = await cli(['ports', '--help']);
    const second = await cli(['help', 'ports']);
    expect(first.stdout).toContain('--hangs-after');
    expect(second).toEqual(first);
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: EXIT.fine, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a wrong command line is exit 2, says what and where, and prints nothing on stdout:', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command with a near one', ['prots'], /unknown command 'prots'\s+\(Did you mean ports\?\)/],
    ['an unknown option with a near one', ['ports', '--evrey', '5s'], /'--evrey'\s+\(Did you mean --every\?\)/],
    ['an option before a command that lacks it', ['--pcap', 'x.pcapng', 'ports'], /unknown option '--pcap'/],
    ['an option of one command before it', ['--every', '5s', 'ports'], /unknown option '--every'/],
    ['a value too few', ['ports', '--ports'], /--ports <ranges>' argument missing/],
    ['an argument too many', ['ports', 'a', 'b'], /too many arguments/],
    [
      'two options that exclude each other',
      ['ports', '--ports', '5', '--reg', 'x'],
      /'--ports <ranges>' cannot be used with/,
    ],
    [
      'a wrong level',
      ['ports', '--ports', '5', '--log-level', 'vebose'],
      /--log-level <level>.*Did you mean verbose\?/,
    ],
    ['an option of a later version', ['soak', 'x', '--hive', 'y'], /--hive is not in this version/],
    ['a page of a command that has none', ['ports', '--ports', '5', '--html', 'x'], /--html is not in this version/],
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await cli(argv);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each(COMMANDS.filter(({ load }) => load === null))('the command $name of a later version', async ({ name }) => {
    const { code, stdout, stderr } = await cli([name, '--whatever', 'x', 'y']);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toBe(`error: the command ${name} is not in this version of clusrpc\n`);
  });
});

describe('what a command throws', () => {
  test.each([
    ['a wrong input file is 2', new RemoteProtocolError('bad', { code: 'ERR_CLUSRPC_INVALID_INPUT' }), EXIT.usage],
    ['a wrong option is 2', usageError('bad', 'Do this.'), EXIT.usage],
    ['the network is 1', new TransportError('bad'), EXIT.notFine],
  ])('%s, with its message on stderr and no stack', async (_, error, code) => {
    const run = await runBody(() => {
      throw error;
    });
    expect(run.code).toBe(code);
    expect(run.stderr.trimEnd()).toBe(['error: bad', ...(error.advice === undefined ? [] : [error.advice])].join('\n'));
  });

  test('anything else is a defect of ours, exit 70, with the stack only at debug', async () => {
    const body = () => {
      throw new TypeError('x is not a function');
    };
    const quiet = await runBody(body);
    const loud = await runBody(body, ['--log-level', 'debug']);
    expect(quiet.code).toBe(EXIT.defect);
    expect(quiet.stderr).toMatch(/TypeError: x is not a function\nPlease report it/);
    expect(quiet.stderr).not.toContain('frame.test.ts');
    expect(loud.stderr).toContain('frame.test.ts');
  });
});

describe('Ctrl-C', () => {
  test('keeps the partial result and is exit 130, whatever the command says', async () => {
    const controller = new AbortController();
    const run = await runBody(
      async ({ output, signal }) => {
        controller.abort(new Interruption('SIGINT'));
        await new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener('abort', resolve)));
        output.document({ cycles: 3 }, () => 'cycles 3');
        return EXIT.notFine;
      },
      ['--json'],
      controller.signal,
    );
    expect(run).toEqual({ code: 130, stdout: '{\n  "cycles": 3\n}\n', stderr: '' });
  });

  test('a command that lets the abort through says nothing of it', async () => {
    const controller = new AbortController();
    const run = await runBody(
      ({ signal }) => {
        controller.abort(new Interruption('SIGTERM'));
        signal.throwIfAborted();
        return EXIT.fine;
      },
      [],
      controller.signal,
    );
    expect(run).toEqual({ code: 143, stdout: '', stderr: '' });
  });

  test('does not hide a defect', async () => {
    const controller = new AbortController();
    const run = await runBody(
      () => {
        controller.abort(new Interruption('SIGINT'));
        throw new TypeError('oops');
      },
      [],
      controller.signal,
    );
    expect(run.code).toBe(EXIT.defect);
  });
});

describe('output', () => {
  const body: CommandBody = ({ output }) => {
    output.item({ n: 1 }, () => 'one');
    output.item({ n: 2 });
    output.text('a line for people');
    output.document({ sum: 3 }, () => 'three');
    return EXIT.fine;
  };

  test('is text without an option', async () => {
    expect((await runBody(body)).stdout).toBe('one\na line for people\nthree\n');
  });

  test('is one document with --json', async () => {
    expect((await runBody(body, ['--json'])).stdout).toBe('{\n  "sum": 3\n}\n');
  });

  test('is a line each with --ndjson', async () => {
    expect((await runBody(body, ['--ndjson'])).stdout).toBe('{"n":1}\n{"n":2}\n{"sum":3}\n');
  });

  test('the page is written over an older page and over nothing else', async () => {
    const [page, notes] = [join(directory, 'page.html'), join(directory, 'notes.txt')];
    const write: CommandBody = (run) => {
      run.html(() => '<!doctype html><p>new</p>');
      return EXIT.fine;
    };
    expect((await runBody(write, ['--html', page])).code).toBe(EXIT.fine);
    expect((await runBody(write, ['--html', page])).code).toBe(EXIT.fine);
    writeFileSync(notes, 'shopping list');
    const refused = await runBody(() => expect.fail('the command ran'), ['--html', notes]);
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.stderr).toContain('notes.txt is no HTML page');
    expect(readFileSync(notes, 'utf8')).toBe('shopping list');
  });

  test('the log file has the lines with their time, and is for its owner only', async () => {
    const file = join(directory, 'run.log');
    const open = { time: 0, ms: 12.34, name: 'CLUSTER1', backend: 'wire', outcome: 'ok', stage: undefined };
    const run = await runBody(() => {
      channel('clusrpc:open').publish(open);
      return EXIT.fine;
    }, ['--log-level', 'info', '--log-file', file]);
    expect(run.stderr).toBe('info: open CLUSTER1 over wire: ok in 12.3 ms\n');
    expect(readFileSync(file, 'utf8')).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z info: open CLUSTER1 over wire: ok in 12\.3 ms\n$/,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a log file that cannot be written is exit 2', async () => {
    const run = await runBody(() => EXIT.fine, ['--log-file', join(directory, 'no', 'such', 'dir.log')]);
    expect(run.code).toBe(EXIT.usage);
    expect(run.stderr).toMatch(/the log file .* cannot be written: no such file or directory/);
  });
});

test('several targets: 1 if any is 1, else 3 if any is 3, else 0', () => {
  expect(worstExit([0, 3, 1])).toBe(1);
  expect(worstExit([0, 3, 0])).toBe(3);
  expect(worstExit([0, 0])).toBe(0);
});

test('the nearest word is near, or there is none', () => {
  const words = ['windows-2000-sp3', 'windows-2000-sp4', 'strict'];
  expect(nearest('windows-2000-sp-3', words)).toBe('windows-2000-sp3');
  expect(nearest('Strcit', words)).toBe('strict');
  expect(nearest('linux', words)).toBeUndefined();
  expect(nearest('', words)).toBeUndefined();
});
