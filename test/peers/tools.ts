import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian package of each program that these tests compare us with. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  hivexsh: 'libhivex-bin',
  hivexget: 'libhivex-bin',
  hivexregedit: 'libwin-hivex-perl',
  reglookup: 'reglookup',
  ip: 'iproute2',
  nsenter: 'util-linux',
  nmap: 'nmap',
  rpcclient: 'smbclient',
  unshare: 'util-linux',
  smbclient: 'smbclient',
  smbd: 'samba',
  smbpasswd: 'samba-common-bin',
  '/usr/lib/wine/wine64': 'wine64',
  'x86_64-w64-mingw32-gcc': 'gcc-mingw-w64-x86-64',
  'x86_64-w64-mingw32-windres': 'binutils-mingw-w64-x86-64',
  'x86_64-w64-mingw32-ld': 'binutils-mingw-w64-x86-64',
  'i686-w64-mingw32-windres': 'binutils-mingw-w64-i686',
  'i686-w64-mingw32-ld': 'binutils-mingw-w64-i686',
};

/** Fails the test with the package to install when a program is not there: a missing peer is never a passed test. */
export function need(...programs: readonly string[]): void {
  for (const program of programs) {
    const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
    if (!found) throw new Error(`${program} is not installed: apt-get install -y ${PACKAGE_OF[program] ?? program}`);
  }
}

/** Runs a program to its end and gives its standard output; throws with its standard error when it fails. */
export function run(program: string, args: readonly string[], options: { cwd?: string; input?: string } = {}): string {
  need(program);
  return execFileSync(program, [...args], { ...options, encoding: 'utf8', maxBuffer: 1 << 30, stdio: 'pipe' });
}

export interface Scratch extends Disposable {
  readonly path: string;
  file(name: string): string;
  remove(): void;
}

/** A directory of one test's own. */
export function scratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'clusrpc-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  return { path, file: (name) => join(path, name), remove, [Symbol.dispose]: remove };
}
