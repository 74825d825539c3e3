import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cli } from './cli/in-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Contents of the blocks with that word behind their fence, and of the block that follows each. */
function blocks(kind: string): { readonly content: string; readonly next: string }[] {
  const all = [...README.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, fence = '', content = '']) => ({
    fence,
    content,
  }));
  return all.flatMap(({ fence, content }, index) =>
    fence === kind ? [{ content, next: all[index + 1]?.content ?? '' }] : [],
  );
}

describe('what the README shows of the command line is what it prints:', () => {
  test.each(blocks('console').map(({ content }) => [content.split('\n')[0] ?? '', content]))(
    '%s',
    async (line, content) => {
      const { stdout } = await cli(line.replace(/^\$ clusrpc /, '').split(' '));
      expect(`${line}\n${stdout}`).toBe(content);
    },
  );
});

describe('what the README shows of the TypeScript face runs and prints what it says:', () => {
  const ENTRIES: Readonly<Record<string, string>> = {
    clusrpc: 'index',
    'clusrpc/testing': 'testing',
    'clusrpc/rpc': 'rpc',
    'clusrpc/log': 'log',
  };

  test.each(blocks('ts run').map(({ content, next }, index) => [index + 1, content, next] as const))(
    'example %d',
    async (_, content, next) => {
      const directory = mkdtempSync(join(tmpdir(), 'clusrpc-readme-'));
      try {
        const file = join(directory, 'example.mts');
        const source = content.replace(/from '(clusrpc[^']*)'/g, (_all, name: string) => {
          return `from '${pathToFileURL(join(ROOT, 'src', `${ENTRIES[name]}.ts`))}'`;
        });
        writeFileSync(file, source);
        const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: ROOT });
        expect(stdout).toBe(next);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  );
});

test('there are examples of both kinds', () => {
  expect(blocks('console').length).toBeGreaterThanOrEqual(4);
  expect(blocks('ts run').length).toBeGreaterThanOrEqual(2);
});
