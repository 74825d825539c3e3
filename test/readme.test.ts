import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runModule } from './as-a-user.ts';
import { cli } from './cli/in-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];

/** Blocks of the documents with that word behind their fence, and the block that follows each. */
function blocks(kind: string): { readonly where: string; readonly content: string; readonly next: string }[] {
  return GUIDES.flatMap((where) => {
    const text = readFileSync(join(ROOT, where), 'utf8');
    const all = [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, fence = '', content = '']) => ({
      fence,
      content,
    }));
    return all.flatMap(({ fence, content }, index) =>
      fence === kind ? [{ where, content, next: all[index + 1]?.content ?? '' }] : [],
    );
  });
}

describe('what the documents show of the command line is what it prints:', () => {
  test.each(blocks('console').map(({ where, content }) => [where, content.split('\n')[0] ?? '', content] as const))(
    '%s: %s',
    async (_, line, content) => {
      const { stdout } = await cli(line.replace(/^\$ clusrpc /, '').split(' '));
      expect(`${line}\n${stdout}`).toBe(content);
    },
  );
});

describe('what the documents show of the TypeScript face runs and prints what it says:', () => {
  test.each(blocks('ts run').map(({ where, content, next }, index) => [where, index + 1, content, next] as const))(
    '%s, example %d',
    async (_, __, content, next) => {
      expect(await runModule(content)).toMatchObject({ stdout: next, stderr: '' });
    },
  );
});

test('there are examples of both kinds', () => {
  expect(blocks('console').length).toBeGreaterThanOrEqual(6);
  expect(blocks('ts run').length).toBeGreaterThanOrEqual(5);
});
