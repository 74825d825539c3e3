import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { compiledRooms, PEAK_MB } from '../peers/compiled-rooms.ts';
import { run, scratch } from '../peers/tools.ts';

const SIZE = 60e6;
const ASKED = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc\\Internet';
const KEYS_A_PART = 200;
const here = scratch();
afterAll(() => here.remove());

test.each([
  ['UTF-16', (text: string) => toUtf16(text), '\ufeffWindows Registry Editor Version 5.00'],
  ['ANSI', (text: string) => Buffer.from(text, 'latin1'), 'REGEDIT4'],
])(
  'one key out of an export of 60 MB in %s takes half its size of memory beside a bare Node.js, and seconds',
  (name, bytes, header) => {
    const path = here.file(`${name}.reg`);
    writeExport(path, bytes, header);
    const program = here.file('one-key.mjs');
    const out = compiledRooms(here.file(`rooms-${name}`), ['bytes', 'status', 'reg']);
    writeFileSync(
      program,
      `import { readFileSync } from 'node:fs';
     import { withFile } from '${out}/bytes/input-file.js';
     import { decisiveKeys } from '${out}/reg/exported-keys.js';
     import { parseReg } from '${out}/reg/parse.js';
     const keep = decisiveKeys(['SOFTWARE\\\\Microsoft\\\\Rpc\\\\Internet']);
     const { keys, warnings } = withFile(process.argv[2], (file) => parseReg(file, { keep }));
     console.log(JSON.stringify({ keys: keys.map(({ path, values }) => [path, values.length]), warnings, peakMb: ${PEAK_MB} }));`,
    );
    const bare = here.file('bare.mjs');
    writeFileSync(bare, `import { readFileSync } from 'node:fs'; console.log(${PEAK_MB});`);
    const start = performance.now();
    const read = JSON.parse(run(process.execPath, [program, path])) as {
      keys: [string, number][];
      warnings: unknown[];
      peakMb: number;
    };
    expect(read.keys).toEqual([
      ['HKEY_LOCAL_MACHINE\\SOFTWARE', 0],
      [ASKED, 2],
    ]);
    expect(read.warnings).toEqual([{ line: expect.any(Number), message: expect.stringContaining('known form') }]);
    expect(read.peakMb - Number(run(process.execPath, [bare]))).toBeLessThan(SIZE / 2e6);
    expect(performance.now() - start).toBeLessThan(20_000);
  },
  60_000,
);

/** Classes with strings, numbers and lists over many lines; the key that is asked for comes last, behind a line that no import takes. */
function writeExport(path: string, bytes: (text: string) => Uint8Array, header: string): void {
  writeFileSync(path, bytes(`${header}\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE]\r\n\r\n`));
  const blob = Array.from({ length: 20 }, () => Array.from({ length: 25 }, () => '5f').join(',')).join(',\\\r\n  ');
  for (let part = 0; statSync(path).size < SIZE; part++) {
    const keys = Array.from(
      { length: KEYS_A_PART },
      (_, i) =>
        `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\CLSID\\{${part}-${i}}]\r\n@="C:\\\\WINNT\\\\${i}.dll"\r\n"Flags"=dword:1\r\n"Blob"=hex:${blob}\r\n`,
    );
    appendFileSync(path, bytes(keys.join('\r\n')));
  }
  appendFileSync(path, bytes(`\r\n"odd"=word:1\r\n[${ASKED}]\r\n"UseInternetPorts"="Y"\r\n"Ports"=hex(7):\r\n`));
}
