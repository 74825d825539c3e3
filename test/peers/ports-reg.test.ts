import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ports } from '../../src/ports/report.ts';
import { parseReg } from '../../src/reg/parse.ts';
import { cli } from '../cli/in-process.ts';
import { scratch } from './tools.ts';
import { wine, winePath } from './wine.ts';

const KEY = 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet';

test("the export that ports --write-reg makes goes through Wine's reg import and reads back as the pool that was asked for", async () => {
  using here = scratch();
  const file = here.file('range.reg');
  const load = ['--for-rate', '3/m', '--uptime', '30d', '--failure-rate', '0.01'];
  const { code, stdout } = await cli(['ports', ...load, '--write-reg', file, '--json']);
  expect(code).toBe(0);
  const { needed, pool } = JSON.parse(stdout) as ReturnType<typeof ports>;
  expect(pool.ranges).toEqual([needed?.range]);
  expect(wine(here, ['reg', 'import', winePath(file)]).status).toBe(0);
  try {
    const back = here.file('back.reg');
    expect(wine(here, ['reg', 'export', KEY, winePath(back), '/y']).status).toBe(0);
    const imported = ports({ reg: readFileSync(back) });
    expect(imported).toMatchObject({ valid: true, problems: [], warnings: [], pool });
    expect(parseReg(readFileSync(back)).keys).toHaveLength(1);
  } finally {
    wine(here, ['reg', 'delete', KEY, '/f']);
  }
});
