import { execFile, spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SHELLS } from '../../src/cli/completion-script.ts';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { wholeProgram } from '../../src/cli/program.ts';
import { completionSchema } from '../../src/report/schema/index.ts';
import { SOAK_FAILURES } from '../../src/soak/index.ts';
import { cli, Sink } from './in-process.ts';

const { signal } = new AbortController();
const program = await wholeProgram({
  stdin: Readable.from([]),
  stdout: new Sink(),
  stderr: new Sink(),
  env: {},
  signal,
});

/** As a shell splits words: on blanks, but for what is quoted. */
function words(line: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

describe('the help', () => {
  test.each(COMMANDS.map(({ name }) => name))('of %s ends with examples', async (name) => {
    const { stdout } = await cli([name, '--help']);
    const [, shown = ''] = stdout.split('\nExamples:\n');
    for (const [line, purpose] of EXAMPLES[name] ?? [])
      expect(shown).toContain(`  clusrpc ${line}\n      ${purpose}\n`);
    expect(EXAMPLES[name]?.length).toBeGreaterThan(0);
  });

  test.each(Object.values(EXAMPLES).flat())('clusrpc %s is a command line that is understood', (line) => {
    const [name, ...rest] = words(line);
    const command = program.commands.find((each) => each.name() === name);
    const { operands, unknown } = command?.parseOptions(rest) ?? { operands: [], unknown: [line] };
    expect(unknown).toEqual([]);
    const { registeredArguments: known = [] } = command ?? {};
    expect(operands.length).toBeGreaterThanOrEqual(known.filter(({ required }) => required).length);
    expect(operands.length).toBeLessThanOrEqual(known.some(({ variadic }) => variadic) ? 99 : known.length);
  });
});

describe('the man page', () => {
  const page = manPage(program);

  test('has every command with its options', () => {
    for (const { name } of COMMANDS) expect(page).toMatch(new RegExp(`^\\.SS ${name} `, 'm'));
    expect(page).toContain('\\fB\\-\\-local\\-ports <ranges>\\fR');
    expect(page.match(/\\-\\-log\\-level/g)).toHaveLength(1);
  });

  test.skipIf(spawnSync('groff', ['--version']).error !== undefined)('is formatted without a warning', () => {
    const { stdout, stderr } = spawnSync('groff', ['-man', '-Tascii', '-ww', '-P-cbou'], {
      input: page,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toContain("clusrpc probe CLUSTER1 --user 'LAB\\ops' --password-file pw");
  });
});

describe('completion', () => {
  test.each(SHELLS)('for %s knows every command, and its script is a document too', async (shell) => {
    const { code, stdout } = await cli(['completion', shell]);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(name);
    for (const option of ['each-port', 'failure-kind', 'no-memory']) expect(stdout).toContain(option);
    const { stdout: json } = await cli(['completion', shell, '--json']);
    expect(completionSchema.parse(JSON.parse(json)).script).toBe(stdout);
  });

  test('for another shell says which there are', async () => {
    const { code, stderr } = await cli(['completion', 'bsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean bash? It is one of bash, zsh, fish, powershell.');
  });

  test.skipIf(spawnSync('bash', ['--version']).error !== undefined).each([
    ['in', 'the commands that begin so', ['inventory']],
    ['soak --failure-k', 'an option', ['--failure-kind']],
    ['soak --failure-kind ', 'the values of an option', Object.keys(SOAK_FAILURES)],
    ['probe --transport n', 'a value', ['native']],
    ['audit packa', 'a file', ['package-lock.json', 'package.json']],
    ['audit --reg packa', 'a file behind an option', ['package-lock.json', 'package.json']],
    ['nothing --', 'nothing behind what is no command', []],
  ])('in bash completes `%s` to %s', async (typed, _, expected) => {
    const { stdout: script } = await cli(['completion', 'bash']);
    const last = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clusrpc; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const argv = ['--norc', '-c', `${script}\n${last}`, 'bash', 'clusrpc', ...typed.split(' ')];
    const { stdout } = await promisify(execFile)('bash', argv);
    expect(
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual([...expected].sort());
  });

  test.each([
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)('is a script that %s reads, where it is installed', async (shell, options) => {
    if (spawnSync(shell, ['--version']).error !== undefined) return;
    const { stdout: script } = await cli(['completion', shell]);
    expect(spawnSync(shell, [...options], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
