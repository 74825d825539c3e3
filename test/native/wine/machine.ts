import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type CrossBuild, upToDateBuild } from '../../../scripts/native/cross.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const WINE = ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/bin/wine'].find((file) => existsSync(file));
const COMPILER = 'x86_64-w64-mingw32-gcc-posix';
const SERVER = ['/usr/bin/wineserver', '/usr/lib/wine/wineserver'].find((file) => existsSync(file));

export const NODES = ['node20', 'node22'] as const;
type WindowsNode = (typeof NODES)[number];
/** Which clusapi.dll a process gets: our test DLL, Wine's own, or none. */
export type DllKind = 'test' | 'wine' | 'none';

export interface WindowsMachine {
  /** What was compiled for it: the package as it would be installed, and the tests. */
  readonly directory: string;
  readonly addon: CrossBuild;
  readonly system32: string;
  /** `script` is absolute, or begins at `directory`. */
  run(node: WindowsNode, script: string, options?: RunOptions): Promise<RunResult>;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly dll?: DllKind;
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Makes a Windows out of Wine: a prefix and the Windows packages, kept between runs in the folder for temporary files,
 * and, anew each time, the addon, the test clusapi.dll and the compiled tests.
 */
export async function windowsMachine(): Promise<WindowsMachine> {
  if (WINE === undefined || SERVER === undefined) throw new Error('wine64 is not installed');
  const base = await keptParts();
  const directory = mkdtempSync(path.join(base, 'run-'));
  const prefix = path.join(base, 'prefix');
  const environment = wineEnvironment(prefix);
  shareWindows(prefix);
  const system32 = path.join(base, 'prefix/drive_c/windows/system32');
  const addonFile = path.join(directory, 'prebuilds/win32-x64/clusrpc.node');
  // Else it ends with the last program and may do so just when the next one calls.
  await startServer(environment);
  const [addon] = await Promise.all([
    upToDateBuild(ROOT, addonFile),
    compileTests(directory),
    // The one of Wine is still there for those who ask for a built-in DLL.
    compileC('clusapi/clusapi.c', path.join(system32, 'clusapi.dll'), ['-shared']),
    compileC('programs/say.c', path.join(directory, 'say.exe')),
  ]);
  // The compiled package finds itself by this file.
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name: 'clusrpc', type: 'module' }));
  return {
    directory,
    addon,
    system32,
    run: (node, script, options) => runNode(base, directory, environment, node, script, options),
    stop: async () => {
      await run(SERVER as string, ['-k'], { env: environment }).catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function keptParts(): Promise<string> {
  const peers = path.join(ROOT, 'test/native/peers');
  const { stdout: version } = await run(WINE as string, ['--version'], { env: { ...process.env, WINEDEBUG: '-all' } });
  const key = createHash('sha256')
    .update(version)
    .update(readFileSync(path.join(peers, 'package-lock.json')));
  const kept = path.join(tmpdir(), `clusrpc-windows-${process.getuid?.()}-${key.digest('hex').slice(0, 16)}`);
  if (existsSync(kept)) return kept;
  const making = mkdtempSync(path.join(tmpdir(), 'clusrpc-windows-new-'));
  try {
    cpSync(peers, making, { recursive: true });
    // --force: these packages say that they are for Windows only. The lock file holds what they must hash to.
    const npm = ['ci', '--force', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund'];
    await Promise.all([run('npm', npm, { cwd: making, timeout: 300_000 }), makePrefix(path.join(making, 'prefix'))]);
    renameSync(making, kept);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(kept)) throw error;
  }
  return kept;
}

async function makePrefix(prefix: string): Promise<void> {
  const env = wineEnvironment(prefix);
  mkdirSync(prefix);
  await run(WINE as string, ['wineboot', '-i'], { env, timeout: 180_000 });
  // Node refuses to start on what Wine calls itself by default.
  const version = ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/t', 'REG_SZ', '/d', 'win10', '/f'];
  await run(WINE as string, version, { env, timeout: 60_000 });
  await run(SERVER as string, ['-k'], { env }).catch(() => undefined);
  await run(SERVER as string, ['-w'], { env, timeout: 60_000 });
}

/** The ADMIN$ share of this machine under the name that it has among Windows machines. */
function shareWindows(prefix: string): void {
  const directory = path.join(prefix, 'dosdevices/unc', hostname().split('.', 1)[0]?.slice(0, 15).toUpperCase() ?? '');
  mkdirSync(directory, { recursive: true });
  const share = path.join(directory, 'ADMIN$');
  if (!existsSync(share)) symlinkSync(path.join(prefix, 'drive_c/windows'), share);
}

/** The server goes on in the background and would keep any pipe open that it is given. */
async function startServer(env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(SERVER as string, ['-p'], { env, stdio: 'ignore' });
  await new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
}

function wineEnvironment(prefix: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR,
    // Else file names are limited to ASCII.
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
  };
}

async function compileTests(directory: string): Promise<void> {
  const project = path.join(ROOT, 'test/native/tsconfig.json');
  await run(process.execPath, [
    path.join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    project,
    // The types are checked with those of everything else.
    '--noCheck',
    '--outDir',
    directory,
  ]);
}

async function compileC(source: string, target: string, flags: readonly string[] = []): Promise<void> {
  const built = mkdtempSync(path.join(tmpdir(), 'clusrpc-c-'));
  try {
    const file = path.join(built, path.basename(target));
    const all = ['-Wall', '-Wextra', '-Werror', '-O2', '-static', '-s', ...flags];
    await run(COMPILER, [...all, '-o', file, path.join(ROOT, 'test/native', source)]);
    copyFileSync(file, target);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

const OVERRIDE: Readonly<Record<DllKind, string>> = { test: 'clusapi=n', wine: 'clusapi=b', none: 'clusapi=' };

async function runNode(
  base: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
  node: WindowsNode,
  script: string,
  { dll = 'test', args = [], nodeOptions = [], env = {}, timeout = 560_000 }: RunOptions = {},
): Promise<RunResult> {
  const output = mkdtempSync(path.join(directory, 'out-'));
  const files = { stdout: path.join(output, 'stdout.txt'), stderr: path.join(output, 'stderr.txt') };
  // Files, since node.exe cannot use the pipes of this system.
  const [out, err] = [openSync(files.stdout, 'w'), openSync(files.stderr, 'w')];
  const executable = path.join(base, 'node_modules', node, 'bin/node.exe');
  const child = spawn(WINE as string, [executable, ...nodeOptions, path.resolve(directory, script), ...args], {
    cwd: directory,
    stdio: ['ignore', out, err],
    timeout,
    killSignal: 'SIGKILL',
    env: {
      ...environment,
      WINEDLLOVERRIDES: `${environment.WINEDLLOVERRIDES};${OVERRIDE[dll]}`,
      CLUSTEST_KIND: dll,
      ...env,
    },
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    return { code, stdout: readFileSync(files.stdout, 'utf8'), stderr: readFileSync(files.stderr, 'utf8') };
  } finally {
    closeSync(out);
    closeSync(err);
  }
}
