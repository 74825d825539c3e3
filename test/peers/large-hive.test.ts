import { statSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { buildHive, sz } from '../hive/build-hive.ts';
import { compiledRooms, PEAK_MB } from './compiled-rooms.ts';
import { run, scratch } from './tools.ts';

const here = scratch();
afterAll(() => here.remove());

test('one value out of a hive of 100 MB: what hivexget says, in a fifth of its size of memory beside what a bare Node.js takes', () => {
  const path = here.file('large.hive');
  const keys = Array.from({ length: 20_000 }, (_, i) => ({
    name: `key ${String(i).padStart(5, '0')}`,
    values: Array.from({ length: 5 }, (_, j) => sz(`value ${j}`, `${i} ${j} `.padEnd(490, 'x'))),
  }));
  writeFileSync(path, buildHive({ name: 'root', keys, list: 'lf' }));
  expect(statSync(path).size).toBeGreaterThan(100e6);
  const out = compiledRooms(here.file('rooms'), ['bytes', 'status', 'reg', 'hive']);
  const program = here.file('one-value.mjs');
  writeFileSync(
    program,
    `import { readFileSync } from 'node:fs';
     import { withFile } from '${out}/bytes/input-file.js';
     import { openHive } from '${out}/hive/hive.js';
     import { findKey } from '${out}/hive/keys.js';
     import { findValue, valueData } from '${out}/hive/values.js';
     const text = withFile(process.argv[2], (file) => {
       const hive = openHive(file);
       return Buffer.from(valueData(hive, findValue(hive, findKey(hive, 'KEY 19999'), 'VALUE 4'))).toString('utf16le');
     });
     console.log(JSON.stringify({ text, peakMb: ${PEAK_MB} }));`,
  );
  const bare = here.file('bare.mjs');
  writeFileSync(bare, `import { readFileSync } from 'node:fs'; console.log(${PEAK_MB});`);
  const ours = JSON.parse(run(process.execPath, [program, path])) as { text: string; peakMb: number };
  expect(ours.text.slice(0, -1)).toBe(run('hivexget', [path, 'key 19999', 'value 4']).trim());
  expect(ours.peakMb - Number(run(process.execPath, [bare]))).toBeLessThan(20);
});
