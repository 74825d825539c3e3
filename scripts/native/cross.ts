import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { nativeTarget } from './gyp.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
/** What Debian has cross compilers for; for arm64 it has none. */
export const TARGETS = [
  { arch: 'x64', triple: 'x86_64-w64-mingw32', machine: 'i386:x86-64', linker: ['-Wl,--high-entropy-va'] },
  { arch: 'ia32', triple: 'i686-w64-mingw32', machine: 'i386', linker: [] },
] as const;
type CrossTarget = (typeof TARGETS)[number];

// Only mingw needs it; node-gyp links its own hook for MSVC.
const DELAY_HOOK = 'native/mingw/delay_hook.cc';
const LIBRARY = 'libnode.a';
const STRICT = ['-Wall', '-Wextra', '-Wpedantic', '-Werror'];

export interface CrossBuild {
  readonly output: string;
  readonly sha256: string;
}

/** The addon that `npm run prebuild` has made, where it is younger than all that it is made of; else it is built now. */
export async function upToDateBuild(root: string, output: string): Promise<CrossBuild> {
  const prebuilt = path.join(root, 'prebuilds/win32-x64/clusrpc.node');
  const parts = ['binding.gyp', 'package-lock.json', 'scripts/native/cross.ts', ...sourcesBelow(root, 'native')];
  const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...parts.map((part) => changed(path.join(root, part))));
  if (changed(prebuilt) <= newest) return crossBuild(root, output);
  mkdirSync(path.dirname(output), { recursive: true });
  copyFileSync(prebuilt, output);
  return { output, sha256: sha256Of(output) };
}

function sourcesBelow(root: string, directory: string): readonly string[] {
  const names = readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(cc|h)$/.test(name)).map((name) => path.join(directory, name));
}

/**
 * Builds the Windows addon with mingw-w64 from the sources that binding.gyp names. The same sources give the same bytes:
 * compiled and linked apart, without a time stamp, without a path of this machine.
 */
export async function crossBuild(
  root: string,
  output: string,
  { triple, machine, linker }: CrossTarget = TARGETS[0],
): Promise<CrossBuild> {
  const compiler = `${triple}-g++-posix`;
  const target = nativeTarget(path.join(root, 'binding.gyp'));
  const work = mkdtempSync(path.join(tmpdir(), 'clusrpc-cross-'));
  try {
    await importLibrary(work, triple, machine);
    const sources = [...target.sources, DELAY_HOOK];
    const objects = sources.map((source) => `${source.replaceAll('/', '-')}.o`);
    const flags = compilerFlags(root, target.defines);
    await inParallel(sources, (source, index) =>
      run(compiler, [...flags, '-c', '-o', path.join(work, objects[index] as string), source], {
        cwd: root,
        env: environment(),
      }),
    );
    // Linked under the name it will have, in the directory it is linked in: ld writes the name into the export table and
    // makes the image base out of it.
    const file = `${target.name}.node`;
    const link = ['-shared', '-static', '-s', '-Wl,--no-insert-timestamp', '-Wl,--dynamicbase,--nxcompat', ...linker];
    await run(compiler, [...link, '-o', file, ...objects, LIBRARY, '-ldelayimp', ...target.libraries], {
      cwd: work,
      env: environment(),
    });
    mkdirSync(path.dirname(output), { recursive: true });
    copyFileSync(path.join(work, file), output);
    return { output, sha256: sha256Of(output) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function compilerFlags(root: string, defines: readonly string[]): readonly string[] {
  const headers = [headerDirectory('node-api-headers'), headerDirectory('node-addon-api')];
  return [
    '-std=c++17',
    '-O2',
    ...STRICT,
    ...defines.map((define) => `-D${define}`),
    // System headers, so that the warnings are about our code only.
    ...headers.flatMap((directory) => ['-isystem', directory]),
    `-ffile-prefix-map=${root}=.`,
    ...headers.map((directory) => `-ffile-prefix-map=${directory}=headers`),
  ];
}

function headerDirectory(name: 'node-api-headers' | 'node-addon-api'): string {
  const directory = path.dirname(require.resolve(`${name}/package.json`));
  return name === 'node-api-headers' ? path.join(directory, 'include') : directory;
}

/** A delay-load import library for the functions of Node-API, made from the lists in node-api-headers. */
async function importLibrary(work: string, triple: string, machine: string): Promise<void> {
  const directory = path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'def');
  // Read line by line: one of the two files has no newline at its end.
  const names = ['js_native_api.def', 'node_api.def']
    .flatMap((file) => readFileSync(path.join(directory, file), 'utf8').split(/\r?\n/))
    .filter((line) => line.trim() !== '' && !/^(NAME|EXPORTS)\b/.test(line));
  writeFileSync(path.join(work, 'node.def'), ['NAME node.exe', 'EXPORTS', ...names, ''].join('\n'));
  const options = ['-m', machine, '-d', 'node.def', '-y', LIBRARY];
  await run(`${triple}-dlltool`, options, { cwd: work, env: environment() });
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, SOURCE_DATE_EPOCH: '0', LC_ALL: 'C' };
}

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<unknown>): Promise<void> {
  const rest = items.map((item, index) => ({ item, index }));
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next.item, next.index);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
