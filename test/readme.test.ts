import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runModule } from './as-a-user.ts';
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
  test.each(blocks('ts run').map(({ content, next }, index) => [index + 1, content, next] as const))(
    'example %d',
    async (_, content, next) => {
      expect(await runModule(content)).toMatchObject({ stdout: next, stderr: '' });
    },
  );
});

test('there are examples of both kinds', () => {
  expect(blocks('console').length).toBeGreaterThanOrEqual(4);
  expect(blocks('ts run').length).toBeGreaterThanOrEqual(2);
});
