import { readdirSync, readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { Command } from '@commander-js/extra-typings';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { adviceInOptionNames, inOptionNames } from '../../src/cli/option-names.ts';
import { wholeProgram } from '../../src/cli/program.ts';

const command = new Command('probe')
  .option('--stage-timeout <duration>')
  .option('--transport <kind>')
  .option('--time <kind>')
  .option('--expose')
  .option('--ports <ranges>');

test.each([
  ['give each stage more time (`stageTimeout`)', 'give each stage more time (--stage-timeout)'],
  ['Ask it over UDP: `transport: udp`.', 'Ask it over UDP: --transport udp.'],
  ['trusts everybody (`expose: true`)', 'trusts everybody (--expose)'],
  ['`ntlmV1: true` speaks its language', '--ntlm v1 speaks its language'],
  ['Give `time: real` as well, and no `strategy`.', 'Give --time real as well, and no `strategy`.'],
  ['a pool of 20 ports (`ports` tells it)', 'a pool of 20 ports (--ports tells it)'],
])('the library says %j, the command line %j', (library, line) => {
  expect(adviceInOptionNames(library, command)).toBe(line);
});

test('words that are no options stay, and without backquotes only an error message is put in other words', () => {
  expect(adviceInOptionNames('ports, stageTimeout and `netstat -ano`', command)).toBe(
    'ports, stageTimeout and `netstat -ano`',
  );
  expect(inOptionNames('stageTimeout: -1 is not a time', command)).toBe('--stage-timeout: -1 is not a time');
});

test('no text of the library names an option of the command line', async () => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { signal } = new AbortController();
  const program = await wholeProgram({ stdin: Readable.from([]), stdout: nowhere, stderr: nowhere, env: {}, signal });
  const options = new Set(program.commands.flatMap((each) => each.options.map(({ long }) => long)));
  const rooms = readdirSync('src').filter((room) => room !== 'cli' && room !== 'report');
  const files = rooms.flatMap((room) =>
    room.endsWith('.ts')
      ? [`src/${room}`]
      : readdirSync(`src/${room}`, { recursive: true, encoding: 'utf8' }).map((file) => `src/${room}/${file}`),
  );
  const found: string[] = [];
  for (const file of files) {
    // Its text is a batch file for somebody who has the command line.
    if (!file.endsWith('.ts') || file === 'src/evidence/collector-script.ts') continue;
    const source = readFileSync(file, 'utf8');
    if (!/--[a-z]/.test(source)) continue;
    for (const text of literals(source))
      for (const [flag] of text.matchAll(/--[a-z][a-z0-9-]*/g)) if (options.has(flag)) found.push(`${file}: ${flag}`);
  }
  expect(options.size).toBeGreaterThan(50);
  expect(found).toEqual([]);
});

function literals(source: string): string[] {
  const found: string[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile('x.ts', source, ts.ScriptTarget.ESNext));
  return found;
}
