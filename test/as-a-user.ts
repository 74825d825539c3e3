import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRIES: Readonly<Record<string, string>> = {
  clusrpc: 'index',
  'clusrpc/testing': 'testing',
  'clusrpc/rpc': 'rpc',
  'clusrpc/log': 'log',
};

/** Runs a module that imports the package by its names, in a process of its own. */
export async function runModule(
  source: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-user-'));
  const file = join(directory, 'example.mts');
  writeFileSync(
    file,
    source.replace(/from '(clusrpc[^']*)'/g, (_, name: string) => {
      return `from '${pathToFileURL(join(ROOT, 'src', `${ENTRIES[name]}.ts`))}'`;
    }),
  );
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', file, ...args],
      // A test runner inside a test runner would speak to the outer one.
      { cwd: ROOT, env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env } },
      (error, stdout, stderr) => {
        rmSync(directory, { recursive: true, force: true });
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      },
    );
  });
}
