import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { need, type Scratch } from './tools.ts';

const WINE = '/usr/lib/wine/wine64';
const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache');
const PREFIX = join(CACHE, 'wine-prefix-offline');

/** Runs a Windows program in a Wine prefix made once. Output goes through files: Windows programs do not take host pipes. */
export function wine(
  scratch: Scratch,
  args: readonly string[],
  cwd = scratch.path,
): { status: number; stdout: string } {
  need(WINE);
  makePrefix();
  return runWine(PREFIX, args, scratch.file('wine.out'), cwd);
}

/** A host path as programs in Wine see it. */
export function winePath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

function makePrefix(): void {
  if (existsSync(PREFIX)) return;
  mkdirSync(CACHE, { recursive: true });
  const own = `${PREFIX}-${process.pid}`;
  const { status } = runWine(own, ['wineboot', '-i'], join(CACHE, `wineboot-${process.pid}.out`), CACHE);
  if (status !== 0) throw new Error(`wineboot ended with ${status}`);
  spawnSync('/usr/lib/wine/wineserver', ['-w'], { env: { ...process.env, WINEPREFIX: own } });
  try {
    renameSync(own, PREFIX);
  } catch {
    // Another test file was faster: its prefix is as good.
    rmSync(own, { recursive: true, force: true });
  }
}

function runWine(
  prefix: string,
  args: readonly string[],
  outFile: string,
  cwd: string,
): { status: number; stdout: string } {
  const out = openSync(outFile, 'w');
  try {
    const child = spawnSync(WINE, [...args], {
      cwd,
      stdio: ['ignore', out, out],
      env: {
        ...process.env,
        WINEPREFIX: prefix,
        WINEARCH: 'win64',
        WINEDEBUG: '-all',
        WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
      },
    });
    return { status: child.status ?? -1, stdout: readFileSync(outFile, 'utf8') };
  } finally {
    closeSync(out);
  }
}
