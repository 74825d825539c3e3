import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { withFile } from '../../src/bytes/input-file.ts';
import { openHive } from '../../src/hive/hive.ts';
import { findKey } from '../../src/hive/keys.ts';
import { findValue, valueData } from '../../src/hive/values.ts';
import { buildHive, sz } from '../../test/hive/build-hive.ts';

const KEYS = 20_000;
const VALUES = 5;

/** In the order of their names, as Windows keeps its lists. */
function keyName(index: number): string {
  return `key ${String(index).padStart(5, '0')}`;
}

/** ms to read the last value of a hive of 100 MB: here, and by hivexget with its own start (null where it is not installed). */
export function oneValue(): { readonly ours: number; readonly hivexget: number | null } {
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-bench-'));
  try {
    const path = join(directory, 'large.hive');
    const keys = Array.from({ length: KEYS }, (_, i) => ({
      name: keyName(i),
      values: Array.from({ length: VALUES }, (_, j) => sz(`value ${j}`, `${i} ${j} `.padEnd(490, 'x'))),
    }));
    writeFileSync(path, buildHive({ name: 'root', keys, list: 'lf' }));
    const ours = timed(() => readOne(path));
    let installed = true;
    const hivexget = timed(() => {
      installed = spawnSync('hivexget', [path, keyName(KEYS - 1), 'value 4']).status === 0;
    });
    return { ours, hivexget: installed ? hivexget : null };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readOne(path: string): number {
  return withFile(path, (file) => {
    const hive = openHive(file);
    const key = findKey(hive, keyName(KEYS - 1));
    const value = key === null ? null : findValue(hive, key, 'value 4');
    if (value === null) throw new Error('the value is not there');
    return valueData(hive, value).length;
  });
}

/** The median of five, after one that warms the page cache. */
function timed(work: () => void): number {
  const times = Array.from({ length: 6 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN;
}
