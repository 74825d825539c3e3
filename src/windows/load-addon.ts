import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers';
import { ClusError } from '../status/errors.ts';
import type { Addon } from './addon.ts';
import { HERE, require } from './require.ts';
import { threadsFromEnvironment } from './thread-settings.ts';

export interface AddonOptions {
  /** The file of the addon; CLUSRPC_NATIVE says the same for a whole process. */
  readonly addonPath?: string | undefined;
}

export interface LoadedAddon {
  readonly addon: Addon;
  readonly file: string;
}

/** Where the package lies in node_modules the addon is built from its native directory; it brings no compiler. */
const HOW_TO_GET_IT = `${
  ['x64', 'ia32'].includes(process.arch) ? 'Reinstall the package' : `No prebuilt addon is made for ${process.arch}`
}; or build it with Visual C++ and Python: \`npm install --no-save node-gyp node-addon-api\`, then \`npx node-gyp rebuild --directory node_modules/clusrpc/native\``;
const ELSE_FFI = "or use backend 'ffi' with koffi installed";

/** One place where the addon was looked for, and what was there. */
interface LoadAttempt {
  readonly file: string;
  readonly problem: string;
}

const loaded = new Map<string, Addon>();
/** What was found for a path that was given, or, as '', without one: each open asks, and the search takes a millisecond. */
const found = new Map<string, LoadedAddon>();

/**
 * Loads the C++ addon: a path that was given, else the prebuilt file of the package, else a local build. A path that was
 * given is the only one tried. Throws ERR_CLUSRPC_UNAVAILABLE_BACKEND, which lists what was tried and what to do.
 */
export function loadAddon({ addonPath }: AddonOptions = {}, otherwise: string = ELSE_FFI): LoadedAddon {
  requireWindows('The native backend');
  const explicit = addonPath ?? process.env.CLUSRPC_NATIVE ?? '';
  const known = found.get(explicit);
  if (known !== undefined) return known;
  const threads = threadsFromEnvironment();
  const attempts: LoadAttempt[] = [];
  for (const file of explicit ? [path.resolve(explicit)] : candidates(attempts)) {
    const addon = tryLoad(file, attempts);
    if (addon === undefined) continue;
    if (threads !== undefined) addon.setThreads(threads);
    found.set(explicit, { addon, file });
    return { addon, file };
  }
  throw new ClusError(
    [
      'The native addon could not be loaded. Tried:',
      ...attempts.map(({ file, problem }) => `  ${file}: ${problem}`),
    ].join('\n'),
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    { advice: `${HOW_TO_GET_IT}, ${otherwise}.` },
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

/** In the directory of this package and nowhere else: a file of that name elsewhere may be anybody's. */
function* candidates(attempts: LoadAttempt[]): Iterable<string> {
  const root = packageRoot();
  if (root === undefined) {
    attempts.push({ file: HERE, problem: 'not in the package clusrpc; CLUSRPC_NATIVE names the file of the addon' });
    return;
  }
  yield path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'clusrpc.node');
  for (const directory of [root, path.join(root, 'native')]) {
    try {
      yield (require('node-gyp-build') as { resolve(root: string): string }).resolve(directory);
    } catch {
      attempts.push({ file: path.join(directory, 'build'), problem: 'no local build' });
    }
  }
}

function packageRoot(): string | undefined {
  return ancestors(path.dirname(HERE)).find((directory) => {
    const file = path.join(directory, 'package.json');
    return existsSync(file) && (require(file) as { name?: unknown }).name === 'clusrpc';
  });
}

function ancestors(directory: string): readonly string[] {
  const parent = path.dirname(directory);
  return parent === directory ? [directory] : [directory, ...ancestors(parent)];
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
    addon.drainBy(setImmediate);
    // process.exit of the main thread runs no cleanup hook of an addon.
    process.once('exit', () => addon.end());
    return addon;
  } catch (error) {
    attempts.push({ file, problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
