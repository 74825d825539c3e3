import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { withFile } from '../../src/bytes/input-file.ts';
import { readPeVersion } from '../../src/pe/version.ts';
import { buildPe } from '../../test/pe/build-pe.ts';

const FILES = 500;
const ROUNDS = 5;
/** As large as rpcrt4.dll, with the resources behind the code. */
const CODE = 400_000;

/** How many versions of PE files are read in a second, each file opened and closed; best of five rounds. */
export function versionsPerSecond(): number {
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-bench-'));
  try {
    const paths = Array.from({ length: FILES }, (_, i) => {
      const path = join(directory, `${i}.dll`);
      writeFileSync(path, buildPe({ version: [5, 0, 2195, i], resourceOffset: CODE, strings: { FileVersion: '5.0' } }));
      return path;
    });
    const seconds = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      paths.forEach((path, i) => {
        const version = withFile(path, readPeVersion).fileVersion;
        if (version?.[3] !== i) throw new Error(`another version than that of ${path}`);
      });
      return (performance.now() - start) / 1000;
    });
    return FILES / Math.min(...seconds);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
