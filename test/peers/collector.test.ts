import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COLLECTED, COLLECTED_KEYS, collectorScript } from '../../src/evidence/collector-script.ts';
import { parseNetstatSeries } from '../../src/evidence/netstat-series.ts';
import { auditSchema } from '../../src/report/schema/index.ts';
import { cli } from '../cli/in-process.ts';
import { scratch } from './tools.ts';
import { wine } from './wine.ts';

const here = scratch();
const folder = join(here.path, 'facts');
let printed = '';
afterAll(() => here.remove());

beforeAll(async () => {
  ({ stdout: printed } = await cli(['collector', '--samples', '2', '--every', '1s']));
  writeFileSync(here.file('collect.cmd'), printed);
  const { status, stdout } = wine(here, ['cmd', '/c', 'collect.cmd', '2', '1', 'facts']);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/The facts are in the folder "facts"/),
  });
});

test('the script is at most a page, of lines that Windows 2000 understands', () => {
  const lines = printed.split('\r\n');
  expect(lines.length).toBeLessThanOrEqual(75);
  expect(printed).not.toMatch(/[^\r]\n|[^\x20-\x7e\r\n]/);
  expect(printed).not.toMatch(/\b(reg|timeout|choice|powershell|wmic|sc|tasklist|findstr|systeminfo)(\.exe)? /i);
});

test("Wine's cmd runs it to its end: files, exports and samples are there", () => {
  for (const name of [
    COLLECTED.version,
    COLLECTED.settings,
    COLLECTED.netstat,
    `${COLLECTED.running}/rpcrt4.dll`,
    'rpc.reg',
    'session.reg',
  ]) {
    expect(readFileSync(join(folder, name)).length).toBeGreaterThan(0);
  }
  expect(readFileSync(join(folder, COLLECTED.marker), 'latin1').trim()).toBe(COLLECTED.markerLine);
  expect(readFileSync(join(folder, 'rpc.reg')).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
  expect(parseNetstatSeries(readFileSync(join(folder, COLLECTED.netstat), 'latin1')).samples).toHaveLength(2);
});

test('of CurrentVersion three values stay, and no product key', () => {
  expect(readdirSync(folder)).not.toContain('all.tmp');
  // Wine's "type" does not turn UTF-16 into the code page, as that of Windows does: here the export is in it already.
  const kept = ['"CurrentVersion"="5.0"', '"CurrentBuildNumber"="2195"', '"CSDVersion"="Service Pack 3"'];
  writeFileSync(here.file('all.tmp'), ['"ProductId"="51873"', '"CurrentType"="x"', ...kept, '[a\\b]'].join('\r\n'));
  const filter = printed.split('\r\n').filter((line) => line.startsWith('type '));
  writeFileSync(here.file('filter.cmd'), ['@echo off', 'set OUT=.', ...filter, ''].join('\r\n'));
  wine(here, ['cmd', '/c', 'filter.cmd']);
  const lines = readFileSync(here.file(COLLECTED.servicePack), 'latin1').trim().split('\r\n');
  expect(lines.map((line) => line.trim())).toEqual(kept);
});

test('audit reads the folder: this is not Windows 2000, and what was not exported is not known', async () => {
  const { code, stdout } = await cli(['audit', folder, '--json']);
  const report = auditSchema.parse(JSON.parse(stdout));
  expect(code).toBe(0);
  expect(report.kb814622).toMatchObject({ verdict: 'not-applicable', exposure: 'unlimited' });
  expect(report.system).toMatchObject({ version: '6.1', build: 7601, name: expect.any(String) });
  expect(report.files.find((file) => file.name === 'rpcrt4.dll')).toMatchObject({
    version: '5.1.2600.2180',
    match: 'other-system',
  });
  const missing = report.gaps.map((gap) => gap.what);
  expect(missing).toContain('HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Updates');
  expect(missing.length).toBeLessThan(COLLECTED_KEYS.length);
});

test('the defaults are more than a day of samples, one a minute', () => {
  expect(collectorScript()).toMatch(/set SAMPLES=1600\r\nset EVERY=60\r\n/);
});

test('a second run does not write into the same folder', () => {
  const before = readFileSync(join(folder, COLLECTED.netstat));
  const { status, stdout } = wine(here, ['cmd', '/c', 'collect.cmd', '1', '1', 'facts']);
  expect(status).toBe(2);
  expect(stdout).toMatch(/holds facts already/);
  expect(readFileSync(join(folder, COLLECTED.netstat))).toEqual(before);
});

test('a folder with signs of the shell in its name is one folder', () => {
  const { status, stdout } = wine(here, ['cmd', '/c', 'collect.cmd', '0', '1', 'a & b (x)']);
  expect(stdout).toMatch(/The facts are in the folder "a & b \(x\)"/);
  expect(status).toBe(0);
  expect(readFileSync(join(here.path, 'a & b (x)', COLLECTED.version)).length).toBeGreaterThan(0);
});

test('a folder that cannot be written is said to lack everything, and not to hold the facts', () => {
  writeFileSync(here.file('occupied'), 'a file, no folder');
  const { status, stdout } = wine(here, ['cmd', '/c', 'collect.cmd', '0', '1', 'occupied']);
  expect(stdout).toMatch(/missing: .*collector\.txt/);
  expect(stdout).not.toMatch(/The facts are/);
  expect(status).toBe(1);
});
