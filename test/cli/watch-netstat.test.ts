import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { forecast } from '../../src/ports/forecast.ts';
import { multiStringValue, stringValue } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import { netstatSchema } from '../../src/report/schema/index.ts';
import { asNetstat, simulate } from '../diagnosis/port-series.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-netstat-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const START = Date.UTC(2003, 2, 31, 20, 0, 0);
const LOAD = { everyMs: 20_000, failureRate: 0.05, sampleMs: 60_000, untilMs: 8 * 3_600_000, seed: 3 } as const;

function series(profile: 'windows-2000-sp3' | 'windows-2000-sp4', name: string): string {
  const { samples } = simulate({ ...LOAD, profile });
  const path = join(directory, name);
  writeFileSync(path, asNetstat(samples, START));
  return path;
}

test('a series of SP3 is exit 1 with a date within 10 % of the forecast', async () => {
  const path = series('windows-2000-sp3', 'sp3.txt');
  const { code, stdout } = await cli(['watch', '--netstat', path, '--ports', '5000-5099', '--json']);
  expect(code).toBe(1);
  const report = netstatSchema.parse(JSON.parse(stdout));
  const model = forecast({ pool: 100 }, LOAD).firstRefusal?.ms.p50 as number;
  expect(Math.abs((report.runsOutMs?.p50 as number) / model - 1)).toBeLessThan(0.1);
  expect(Date.parse(`${report.runsOutLocal?.p50}Z`)).toBeCloseTo(START + (report.runsOutMs?.p50 as number), -4);
  const text = await cli(['watch', '--netstat', path, '--ports', '5000-5099']);
  expect(text.stdout).toMatch(/Leak +yes: ports are lost/);
});

test('a series of SP4 is exit 0', async () => {
  const path = series('windows-2000-sp4', 'sp4.txt');
  expect(await cli(['watch', '--netstat', path, '--ports', '5000-5099'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/Leak +no/),
  });
  expect(await cli(['watch', '--netstat', path, '--ports', '5000-5099', '--nagios'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^CLUSRPC OK - /),
  });
});

test('with --warn and --crit a leak is as bad as the time that is left', async () => {
  const path = series('windows-2000-sp3', 'leak.txt');
  const argv = ['watch', '--netstat', path, '--ports', '5000-5099', '--nagios'];
  expect(await cli(argv)).toMatchObject({ code: 2, stdout: expect.stringMatching(/^CLUSRPC CRITICAL - ports leak/) });
  expect(await cli([...argv, '--warn', '300d', '--crit', '1s'])).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^CLUSRPC WARNING - ports leak, .* left=\d+s;25920000:;1:;0\n$/),
  });
  expect((await cli([...argv, '--warn', '2s', '--crit', '1s'])).code).toBe(0);
});

test('the folder of the collector brings its own range', async () => {
  series('windows-2000-sp3', 'netstat.txt');
  writeFileSync(join(directory, 'collector.txt'), 'clusrpc collector format 1\r\n');
  expect(await cli(['watch', '--netstat', directory])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/which ports/),
  });
  const values = [
    multiStringValue('Ports', ['5000-5099']),
    stringValue('PortsInternetAvailable', 'Y'),
    stringValue('UseInternetPorts', 'Y'),
  ];
  writeFileSync(
    join(directory, 'rpc.reg'),
    writeReg([{ path: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc\\Internet', values }]),
  );
  expect(await cli(['watch', '--netstat', directory])).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/5000-5099: 100 ports/),
  });
});

test('no series, a file that is none and a process id are exit 2', async () => {
  const path = join(directory, 'none.txt');
  writeFileSync(path, 'hello');
  expect(await cli(['watch'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/which program/) });
  expect(await cli(['watch', '4711', '--netstat', path])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no process id/),
  });
  expect(await cli(['watch', '--netstat', path, '--ports', '5000'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/none.txt: line 1: no sample/),
  });
});

test('a folder without a series, and a series that is not there, are said plainly', async () => {
  const folder = join(directory, 'empty');
  mkdirSync(folder);
  expect(await cli(['watch', '--netstat', folder])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /there is no series in the folder .*empty: netstat.txt is missing\n.*no folder of the collector either/,
    ),
  });
  writeFileSync(join(folder, 'collector.txt'), 'clusrpc collector format 1\r\n');
  expect(await cli(['watch', '--netstat', folder])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/run it with a number of them/),
  });
  expect(await cli(['watch', '--netstat', join(directory, 'gone.txt'), '--ports', '5000'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/gone.txt cannot be read: no such file/),
  });
});

function measured(name: string): string {
  const path = join(directory, name);
  writeFileSync(path, gunzipSync(readFileSync(new URL(`../fixtures/netstat/${name}.gz`, import.meta.url))));
  return path;
}

test('a clock that a time service set back by 70 s makes an hour no day, and is said', async () => {
  const { stdout } = await cli([
    'watch',
    '--netstat',
    measured('netstat-clock-synced.txt'),
    '--ports',
    '5000-5019',
    '--json',
  ]);
  const report = netstatSchema.parse(JSON.parse(stdout));
  expect(report.spanMs).toBe(59 * 60_000);
  expect(report.warnings).toEqual([expect.stringMatching(/^line \d+: the clock was set back by 70 s$/)]);
});

test('a series of 2003 has its end in 2003, whenever its file was copied', async () => {
  const path = series('windows-2000-sp3', 'old.txt');
  const { stdout } = await cli(['watch', '--netstat', path, '--ports', '5000-5099', '--json']);
  expect(netstatSchema.parse(JSON.parse(stdout)).runsOutLocal?.p50).toMatch(/^2003-04-0/);
  const text = await cli(['watch', '--netstat', measured('netstat-of-2003.txt'), '--ports', '5000-5019']);
  expect(text.stdout).not.toMatch(new RegExp(`\\b${new Date().getFullYear()}-`));
});
