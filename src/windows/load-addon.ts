import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusError } from '../status/errors.ts';
import type { Addon } from './addon.ts';

const require = createRequire(import.meta.url);

export interface AddonOptions {
  /** The file of the addon; CLUSRPC_NATIVE says the same for a whole process. */
  readonly addonPath?: string | undefined;
}

export interface LoadedAddon {
  readonly addon: Addon;
  readonly file: string;
}

/** One place where the addon was looked for, and what was there. */
export interface LoadAttempt {
  readonly file: string;
  readonly problem: string;
}

const loaded = new Map<string, Addon>();

/**
 * Loads the C++ addon: a path that was given, else the prebuilt file of the package, else a local build. A path that was
 * given is the only one tried. Throws ERR_CLUSRPC_UNAVAILABLE_BACKEND, which lists what was tried and what to do.
 */
export function loadAddon({ addonPath }: AddonOptions = {}): LoadedAddon {
  requireWindows('The native backend');
  const explicit = addonPath ?? process.env.CLUSRPC_NATIVE;
  const attempts: LoadAttempt[] = [];
  for (const file of explicit ? [path.resolve(explicit)] : candidates(attempts)) {
    const addon = tryLoad(file, attempts);
    if (addon !== undefined) return { addon, file };
  }
  throw new ClusError(
    [
      'The native addon could not be loaded. Tried:',
      ...attempts.map(({ file, problem }) => `  ${file}: ${problem}`),
    ].join('\n'),
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    {
      advice:
        "Reinstall the package, or build the addon with `npm run build:native` (Visual C++ and Python), or use backend 'ffi' with koffi or ffi-napi installed.",
    },
  );
}

/** Off Windows every entry point of this room says so, in the same words. */
export function requireWindows(what: string): void {
  if (process.platform === 'win32') return;
  throw new ClusError(
    `${what} needs Windows, where clusapi.dll, the registry and the port tables are; this is ${process.platform}.`,
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    {
      advice:
        "Use backend 'wire', which speaks the cluster's own RPC from any system, or give the facts as files: a registry export, a hive, a system directory.",
    },
  );
}

function* candidates(attempts: LoadAttempt[]): Iterable<string> {
  const root = packageRoot();
  yield path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'clusrpc.node');
  try {
    yield (require('node-gyp-build') as { resolve(root: string): string }).resolve(root);
  } catch {
    attempts.push({ file: path.join(root, 'build'), problem: 'no local build' });
  }
}

function packageRoot(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(directory, 'package.json'))) {
    const parent = path.dirname(directory);
    if (parent === directory) return process.cwd();
    directory = parent;
  }
  return directory;
}

function tryLoad(file: string, attempts: LoadAttempt[]): Addon | undefined {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  if (!existsSync(file)) {
    attempts.push({ file, problem: 'no such file' });
    return undefined;
  }
  try {
    const addon = require(file) as Addon;
    loaded.set(file, addon);
    // process.exit of the main thread runs no cleanup hook of an addon.
    process.once('exit', () => addon.end());
    return addon;
  } catch (error) {
    attempts.push({ file, problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
