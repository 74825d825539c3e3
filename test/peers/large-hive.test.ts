import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { buildHive, sz } from '../hive/build-hive.ts';
import { run, scratch } from './tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ROOMS = ['bytes', 'status', 'hive', 'pe', 'evidence'];
const here = scratch();
afterAll(() => here.remove());

test('one value out of a hive of 100 MB: what hivexget says, in less than 80 MB of memory', () => {
  const path = here.file('large.hive');
  const keys = Array.from({ length: 20_000 }, (_, i) => ({
    name: `key ${i}`,
    values: Array.from({ length: 5 }, (_, j) => sz(`value ${j}`, `${i} ${j} `.padEnd(490, 'x'))),
  }));
  writeFileSync(path, buildHive({ name: 'root', keys, list: 'lf' }));
  expect(statSync(path).size).toBeGreaterThan(100e6);
  const out = compiledRooms();
  const program = here.file('one-value.mjs');
  writeFileSync(
    program,
    `import { readFileSync } from 'node:fs';
     import { withFile } from '${out}/evidence/file-access.js';
     import { openHive } from '${out}/hive/hive.js';
     import { findKey } from '${out}/hive/keys.js';
     import { findValue, valueData } from '${out}/hive/values.js';
     const text = withFile(process.argv[2], (file) => {
       const hive = openHive(file);
       return Buffer.from(valueData(hive, findValue(hive, findKey(hive, 'KEY 19999'), 'VALUE 4'))).toString('utf16le');
     });
     // resourceUsage().maxRSS would count what this process was before exec.
     const peakKb = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
     console.log(JSON.stringify({ text, peakMb: peakKb / 1024 }));`,
  );
  const ours = JSON.parse(run(process.execPath, [program, path])) as { text: string; peakMb: number };
  expect(ours.text.slice(0, -1)).toBe(run('hivexget', [path, 'key 19999', 'value 4']).trim());
  expect(ours.peakMb).toBeLessThan(80);
});

/** The rooms as plain JavaScript, since a loader for TypeScript would be measured too. */
function compiledRooms(): string {
  const out = here.file('rooms');
  for (const room of ROOMS) {
    for (const name of readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const target = join(out, room, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      const { outputText } = ts.transpileModule(readFileSync(join(ROOT, 'src', room, name), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          rewriteRelativeImportExtensions: true,
        },
      });
      writeFileSync(target, outputText);
    }
  }
  cpSync(join(ROOT, 'package.json'), join(out, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'));
  return out;
}
