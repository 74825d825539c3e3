import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileVersionText } from '../../src/bytes/file-version.ts';
import { withFile } from '../../src/bytes/input-file.ts';
import { type PeVersion, readPeVersion } from '../../src/pe/version.ts';
import { packagedBinaries } from './packaged-binaries.ts';
import { run, scratch } from './tools.ts';
import { wine, winePath } from './wine.ts';

const WINE_TREE = '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows';
const here = scratch();
const oracle = here.file('verdump.exe');

beforeAll(() => {
  const source = join(import.meta.dirname, 'c', 'verdump.c');
  run('x86_64-w64-mingw32-gcc', ['-O1', '-o', oracle, source, '-lversion']);
});
afterAll(() => here.remove());

test("every .dll and .exe of Wine's tree has the version that GetFileVersionInfo says", () => {
  if (!existsSync(WINE_TREE)) throw new Error('no Wine tree: apt-get install -y wine64');
  const files = binariesBelow(WINE_TREE);
  expect(files.length).toBeGreaterThan(500);
  const answers = compare(files);
  expect(answers.filter((answer) => answer !== 'none').length).toBeGreaterThan(200);
});

test('node.exe and binaries from npm packages have the version that GetFileVersionInfo says', () => {
  const files = binariesBelow(packagedBinaries());
  expect(files.filter((file) => file.endsWith('node.exe'))).toHaveLength(1);
  expect(files.length).toBeGreaterThanOrEqual(11);
  const answers = compare(files);
  expect(new Set(answers).size).toBeGreaterThan(4);
});

test('files linked here by mingw, symbols and all, carry the four numbers that windres was given', () => {
  const versions = [
    '5.0.2195.699',
    '5.0.2195.6661',
    '5.0.2195.6662',
    '5.0.2195.6663',
    '5.1.2600.2180',
    '5.2.3790.4555',
  ];
  const files = versions.flatMap((version) => [linkDll(version, 'i686'), linkDll(version, 'x86_64')]);
  compare(files);
  expect(files.map((file) => fileVersionText(withFile(file, readPeVersion).fileVersion ?? [0, 0, 0, 0]))).toEqual(
    versions.flatMap((version) => [version, version]),
  );
  expect(files.map((file) => withFile(file, readPeVersion).format)).toEqual(versions.flatMap(() => ['PE32', 'PE32+']));
});

function compare(files: readonly string[]): readonly string[] {
  const list = here.file('list.txt');
  writeFileSync(list, files.map((file) => `${winePath(file)}\r\n`).join(''));
  const { status, stdout } = wine(here, [oracle, winePath(list)]);
  expect(status).toBe(0);
  const theirs = stdout
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.slice(line.indexOf('\t') + 1));
  const ours = files.map((file) => asVerdump(withFile(file, readPeVersion)));
  expect(ours).toEqual(theirs);
  return ours;
}

/** The line that verdump.c prints for a file. */
function asVerdump(version: PeVersion): string {
  const resource = version.main;
  if (resource === null) return 'none';
  const numbers =
    version.fileVersion === null || version.productVersion === null
      ? ['no-fixed', 'no-fixed']
      : [fileVersionText(version.fileVersion), fileVersionText(version.productVersion)];
  const strings = resource.translations.flatMap(({ language, codePage }) => {
    const table = resource.stringTables.find((each) => each.language === language && each.codePage === codePage);
    const block = [language, codePage].map((part) => part.toString(16).padStart(4, '0')).join('');
    return ['FileVersion', 'ProductVersion', 'OriginalFilename', 'CompanyName'].flatMap((name) => {
      const text = table?.strings.get(name);
      return text === undefined ? [] : [`\\StringFileInfo\\${block}\\${name}=${text}`];
    });
  });
  return [...numbers, ...strings].join('\t');
}

function linkDll(version: string, machine: 'i686' | 'x86_64'): string {
  const base = here.file(`${version}-${machine}`);
  const numbers = version.replaceAll('.', ',');
  writeFileSync(
    `${base}.rc`,
    `1 VERSIONINFO FILEVERSION ${numbers} PRODUCTVERSION ${numbers} FILEOS 0x40004 FILETYPE 2
{ BLOCK "StringFileInfo" { BLOCK "040904b0" { VALUE "FileVersion", "${version}" VALUE "CompanyName", "Test" }
  BLOCK "040704b0" { VALUE "FileVersion", "${version}" } }
  BLOCK "VarFileInfo" { VALUE "Translation", 0x409, 1200, 0x407, 1200 } }\n`,
  );
  run(`${machine}-w64-mingw32-windres`, ['--preprocessor=cat', '--preprocessor-arg=--', `${base}.rc`, `${base}.o`]);
  run(`${machine}-w64-mingw32-ld`, ['--shared', '-e', '0', '-o', `${base}.dll`, `${base}.o`]);
  return `${base}.dll`;
}

function binariesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(dll|exe)$|win32.*\.node$/i.test(name))
    .sort()
    .map((name) => join(directory, name));
}
