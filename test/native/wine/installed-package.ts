import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packedGyp } from '../../../scripts/native/gyp.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const PARTS = ['package.json', 'native', 'schema', 'CHANGELOG.md', 'README.md', 'LICENSE'];
/** What npm itself needs. No compiler, no make, no Python. */
const PROGRAMS = ['node', 'npm', 'sh', 'env'];

export interface InstalledPackage {
  readonly directory: string;
  /** The command line of the installed package. */
  readonly main: string;
}

/** Packs the package with that addon in it and installs the tarball into an empty folder, with a PATH of next to nothing. */
export async function installedPackage(addon: string): Promise<InstalledPackage> {
  const directory = mkdtempSync(path.join(tmpdir(), 'clusrpc-installed-'));
  const stage = path.join(directory, 'stage');
  mkdirSync(path.join(stage, 'prebuilds/win32-x64'), { recursive: true });
  for (const part of PARTS.filter((name) => existsSync(path.join(ROOT, name)))) {
    cpSync(path.join(ROOT, part), path.join(stage, part), { recursive: true });
  }
  writeFileSync(
    path.join(stage, 'native/binding.gyp'),
    packedGyp(readFileSync(path.join(ROOT, 'binding.gyp'), 'utf8')),
  );
  copyFileSync(addon, path.join(stage, 'prebuilds/win32-x64/clusrpc.node'));
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = path.join(ROOT, 'tsconfig.build.json');
  await run(process.execPath, [tsc, '-p', project, '--noCheck', '--outDir', path.join(stage, 'dist')]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: stage,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  const home = path.join(directory, 'home');
  mkdirSync(home);
  writeFileSync(path.join(home, 'package.json'), '{"private":true,"type":"module"}');
  const env = { ...process.env, PATH: await bareDirectory(directory), CI: '' };
  const options = ['install', '--omit=dev', '--no-audit', '--no-fund', path.join(directory, packed.filename)];
  await run('npm', options, { cwd: home, env, timeout: 180_000 });
  await run('node', ['-e', "import('clusrpc').then(({ openCluster }) => process.exit(openCluster ? 0 : 1))"], {
    cwd: home,
    env,
  });
  return { directory, main: path.join(home, 'node_modules/clusrpc/dist/cli/main.js') };
}

async function bareDirectory(directory: string): Promise<string> {
  const bin = path.join(directory, 'bin');
  mkdirSync(bin);
  for (const name of PROGRAMS) {
    const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
    symlinkSync(stdout.trim(), path.join(bin, name));
  }
  return bin;
}
