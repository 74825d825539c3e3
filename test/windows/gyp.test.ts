import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nativeTarget, packedGyp } from '../../scripts/native/gyp.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const target = nativeTarget(path.join(ROOT, 'binding.gyp'));

test('binding.gyp names every source of the addon and no other', () => {
  const files = readdirSync(path.join(ROOT, 'native'), { recursive: true, encoding: 'utf8' });
  // The delay-load hook is for mingw alone; node-gyp brings its own for MSVC.
  const sources = files
    .filter((file) => file.endsWith('.cc') && !file.startsWith('mingw'))
    .map((file) => `native/${file}`);
  expect([...target.sources].sort()).toEqual(sources.sort());
});

test('binding.gyp of the tarball names the same files from where it lies', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'clusrpc-gyp-'));
  const file = path.join(directory, 'binding.gyp');
  writeFileSync(file, packedGyp(readFileSync(path.join(ROOT, 'binding.gyp'), 'utf8')));
  expect(nativeTarget(file).sources.map((source) => `native/${source}`)).toEqual(target.sources);
  expect(readFileSync(file, 'utf8')).toContain('node msvc/spectre.cjs');
  expect(readFileSync(file, 'utf8')).not.toContain('native/');
  rmSync(directory, { recursive: true });
});

test('the Win32 and parsing layers know nothing of Node-API', () => {
  for (const source of target.sources.filter((file) => !/native\/(node\/|addon)/.test(file))) {
    expect(readFileSync(path.join(ROOT, source), 'utf8'), source).not.toMatch(/napi|Napi|node_api/);
  }
});

test('the parsing layer knows nothing of Windows, so that it can be checked elsewhere', () => {
  for (const source of target.sources.filter((file) => file.includes('/parse/'))) {
    expect(readFileSync(path.join(ROOT, source), 'utf8'), source).not.toMatch(/windows\.h|wchar_t|DWORD/);
  }
});

test('only wide-character calls of Windows are made', () => {
  for (const source of target.sources) {
    expect(readFileSync(path.join(ROOT, source), 'utf8'), source).not.toMatch(
      /\b(Reg\w+ExA|LoadLibrary\w*A|CreateFileA|\w+VersionInfo\w*A)\(/,
    );
  }
});
