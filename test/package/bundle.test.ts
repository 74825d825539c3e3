import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(path.join(tmpdir(), 'clusrpc-bundle-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** As a program that is delivered as one file of CommonJS, where import.meta is empty. */
async function bundled(entry: string): Promise<string> {
  const file = path.join(directory, `${entry}.cjs`);
  const options = ['--bundle', '--platform=node', '--target=node20', '--format=cjs', '--log-level=error'];
  const source = path.join(ROOT, 'src', `${entry}.ts`);
  await run(path.join(ROOT, 'node_modules/.bin/esbuild'), [source, ...options, `--outfile=${file}`]);
  return file;
}

test.each(['testing', 'rpc', 'log'])('a bundle of %s with format cjs loads', async (entry) => {
  const { stdout } = await run(process.execPath, [
    '-p',
    `Object.keys(require(${JSON.stringify(await bundled(entry))})).length > 0`,
  ]);
  expect(stdout).toBe('true\n');
});

test('a bundle of the package with format cjs opens a cluster', async () => {
  const program = `
    const { openCluster } = require(${JSON.stringify(await bundled('index'))});
    openCluster('CLUSTER1', { backend: 'emulated' }).then(async (cluster) => {
      console.log(cluster.backend, await cluster.nodes());
      await cluster.close();
    });`;
  const { stdout } = await run(process.execPath, ['-e', program]);
  expect(stdout).toBe("emulated [ 'NODE1', 'NODE2' ]\n");
});
