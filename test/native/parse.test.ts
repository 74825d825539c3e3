import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const SOURCES = ['native/parse/fixed_file_info.cc', 'native/parse/registry_value.cc', 'test/native/fuzz/parse.cc'];
const FLAGS = ['-std=c++17', '-O1', '-g', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
const ROUNDS = 200_000;

describe('the parsing parts of the addon on this system', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'clusrpc-parse-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test(`answer right and stay inside ${ROUNDS} mutated inputs, under AddressSanitizer and UBSan`, async () => {
    const program = path.join(work, 'parse');
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    await run('g++', [...FLAGS, ...sanitizers, '-o', program, ...SOURCES], { cwd: ROOT });
    const { stdout } = await run(program, [String(ROUNDS)], { timeout: 120_000 });
    expect(stdout).toBe(`${ROUNDS} inputs\n`);
  }, 240_000);
});
