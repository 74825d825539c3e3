import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { readPortConfiguration } from '../../src/ports/configuration.ts';
import { parseReg } from '../../src/reg/parse.ts';
import { portsSchema } from '../../src/report/schema/index.ts';
import { softwareHive } from '../evidence/made-drive.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-ports-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const EXPORT = fileURLToPath(new URL('../../fixtures/rpc-internet-5000-5019.reg', import.meta.url));
const INCOMPLETE = fileURLToPath(new URL('../fixtures/reg/no-ports-internet-available.reg', import.meta.url));

async function json(...argv: string[]) {
  const { code, stdout, stderr } = await cli(['ports', '--json', ...argv]);
  const raw = JSON.parse(stdout);
  const document = portsSchema.parse(raw);
  expect(raw).toEqual(document);
  return { code, document, stderr };
}

describe('the figures that most readers do not expect', () => {
  test('20 ports carry one open each 12 s, 100 ports 0.42 a second', async () => {
    expect((await json('--ports', '5000-5019')).document.capacity).toEqual({
      sustainedOpensPerSecond: 20 / 240,
      everyMs: 12_000,
    });
    expect((await json('--ports', '5000-5099')).document.capacity.sustainedOpensPerSecond).toBeCloseTo(0.4167, 4);
  });

  test('a rate and the time between two opens are the same load', async () => {
    const [every, rate] = [
      await json('--ports', '5000-5019', '--every', '20s'),
      await json('--ports', '5000-5019', '--rate', '0.05/s'),
    ];
    expect(rate.document).toEqual(every.document);
    expect(every.document.forecast).toMatchObject({ steadyNeed: 12, firstRefusal: null, exhaustionMs: null });
    expect(every.code).toBe(EXIT.fine);
  });

  test('failures leak on SP3 and not on SP4', async () => {
    const load = ['--reg', EXPORT, '--every', '20s', '--failure-rate', '0.2'];
    const sp3 = await json(...load);
    const sp4 = await json(...load, '--client-profile', 'windows-2000-sp4');
    expect(sp3.code).toBe(EXIT.notFine);
    // The hundredth open, about: twenty failures among them at one in five, and eleven ports on their way.
    expect(sp3.document.forecast?.exhaustionMs?.p50).toBeGreaterThan(40 * 60_000);
    expect(sp3.document.needed).toBeNull();
    expect(sp4.code).toBe(EXIT.fine);
    expect(sp4.document.forecast?.exhaustionMs).toBeNull();
  });

  test('back to back SP4 stalls and is not exhausted', async () => {
    const { code, document } = await json(
      '--ports',
      '5000-5019',
      '--every',
      '100ms',
      '--client-profile',
      'windows-2000-sp4',
    );
    expect(code).toBe(EXIT.notFine);
    expect(document.forecast).toMatchObject({
      firstRefusal: { reason: 'stalled', open: { p50: 21 } },
      exhaustionMs: null,
    });
    expect(document.needed).toEqual({ size: 2400, range: { first: 5001, last: 7400 } });
  });

  test('a hang after two days at one open each 10 s with 100 ports gives the failure rate', async () => {
    const { document } = await json('--ports', '5000-5099', '--every', '10s', '--hangs-after', '2d');
    expect(document.hang).toMatchObject({ kind: 'leak', circulating: 23 });
    expect(document.settings.failureRate).toBeCloseTo((100 - 23) / (17_280 - 23), 10);
  });

  test('strict opens as often as there are ports', async () => {
    const { document } = await json('--ports', '5000-5019', '--every', '1s', '--client-profile', 'strict');
    expect(document.forecast?.firstRefusal).toMatchObject({ reason: 'exhausted', open: { p50: 21 } });
  });

  test('the text explains them', async () => {
    const { stdout, code } = await cli([
      'ports',
      '--reg',
      EXPORT,
      '--every',
      '20s',
      '--failure-rate',
      '0.2',
      '--uptime',
      '30d',
    ]);
    expect(code).toBe(EXIT.notFine);
    expect(stdout).toMatch(/^Ports +5000-5019: 20 ports$/m);
    expect(stdout).toMatch(/^Capacity +0\.0833 opens a second, one each 12 s, while nothing fails:$/m);
    expect(stdout).toMatch(/^Steady need +12 ports of 20 at once/m);
    expect(stdout).toMatch(/^First refusal +open number \d+ \(\d+ to \d+\), after .* error 1721/m);
    expect(stdout).toMatch(/^Exhaustion +after .* no port is left,$/m);
    expect(stdout).toMatch(
      /^Needed +26 \d{3} ports carry this load for 30 days, with a probability of 95 %, such as 5001-31\d{3}\.$/m,
    );
    expect(stdout).not.toContain('\x1b');
  });
});

describe('a registry export', () => {
  test('of a real machine is read', async () => {
    const { code, document } = await json('--reg', EXPORT);
    expect(code).toBe(EXIT.fine);
    expect(document).toMatchObject({
      source: EXPORT,
      valid: true,
      policy: { ports: ['5000-5019'], portsInternetAvailable: 'Y', useInternetPorts: 'Y' },
      pool: { size: 20, kind: 'configured' },
    });
  });

  test('without PortsInternetAvailable is invalid, exit 1, with a sentence that says so', async () => {
    const { code, document } = await json('--reg', INCOMPLETE, '--every', '20s');
    expect(code).toBe(EXIT.notFine);
    expect(document).toMatchObject({ valid: false, forecast: null, pool: { size: 0 } });
    expect(document.problems.map(({ message }) => message)).toEqual([
      'PortsInternetAvailable is missing: all three values must be there.',
    ]);
    expect((await cli(['ports', '--reg', INCOMPLETE])).stdout).toMatch(/^Invalid +PortsInternetAvailable is missing/m);
  });

  test('with a range backwards is invalid', async () => {
    const text = readFileSync(EXPORT, 'utf16le').replace('35,00,30,00,31,00,39,00', '34,00,30,00,31,00,39,00');
    const file = join(directory, 'backwards.reg');
    writeFileSync(file, text, 'utf16le');
    const { code, document } = await json('--reg', file);
    expect(code).toBe(EXIT.notFine);
    expect(document.problems[0]?.message).toBe('Ports has "5000-4019", a range that runs backwards.');
  });

  test('of the key above without Rpc\\Internet means dynamic ports', async () => {
    const file = join(directory, 'rpc.reg');
    writeFileSync(
      file,
      'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc]\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc\\ClientProtocols]\r\n',
    );
    const { document } = await json('--reg', file);
    expect(document).toMatchObject({ valid: true, policy: null, pool: { kind: 'dynamic', size: 5000 - 1024 } });
  });

  test.each<[string, string | null, RegExp]>([
    ['is not there', null, /the registry export .* cannot be read: no such file/],
    ['is empty', '', /registry export: the file is empty/],
    ['is something else', 'hello\r\n', /is something else\.reg: registry export: no header of a registry export/],
    [
      'has the key above by hand, with nothing of what Windows keeps there',
      'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc]\r\n"x"="y"\r\n',
      /holds a part of HKLM\\Software\\Microsoft\\Rpc only/,
    ],
    [
      'names its root in short, as reg.exe does and regedit does not',
      'REGEDIT4\r\n\r\n[HKLM\\SOFTWARE\\Microsoft\\Rpc\\Internet]\r\n"x"="y"\r\n',
      /line 3: HKLM is short for HKEY_LOCAL_MACHINE, which an import does not know/,
    ],
    [
      'is of another key',
      'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Setup]\r\n',
      /holds neither HKLM\\Software\\Microsoft\\Rpc/,
    ],
  ])('that %s is exit 2', async (name, content, message) => {
    const file = join(directory, `${name}.reg`);
    if (content !== null) writeFileSync(file, content);
    const { code, stdout, stderr } = await cli(['ports', '--reg', file]);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

test('a hive whose key of the port configuration is lost, or a value in it, is exit 3 with its place, and no ports', async () => {
  const whole = softwareHive({ ports: ['5000-5019'] });
  for (const name of ['Internet', 'UseInternetPorts']) {
    const hive = Buffer.from(whole);
    // The signature of the key or value goes with the name behind it.
    const at = hive.indexOf(name, 0, 'latin1');
    hive.fill(0xff, at - (name === 'Internet' ? 76 : 20), at);
    const file = join(directory, `${name}.hive`);
    writeFileSync(file, hive);
    const { code, stdout, stderr } = await cli(['ports', '--hive', file, '--json']);
    expect({ code, stdout }).toEqual({ code: EXIT.unknown, stdout: '' });
    expect(stderr).toMatch(/^the port configuration is not known: offset 0x[0-9a-f]+: .*Internet\)$/m);
    const audit = await cli(['audit', '--hive', file, '--json']);
    expect(JSON.parse(audit.stdout).kb814622.exposure).toBe('unknown');
  }
});

describe('--write-reg', () => {
  test('writes the range that is needed, which reads back as that range', async () => {
    const file = join(directory, 'needed.reg');
    const argv = ['--ports', '5000-5019', '--every', '5s', '--client-profile', 'windows-2000-sp4', '--write-reg', file];
    const { document, stderr } = await json(...argv);
    expect(document.needed).toEqual({ size: 48, range: { first: 5001, last: 5048 } });
    expect(stderr).toContain('wrote 5001-5048 to');
    const { valid, pool } = readPortConfiguration(parseReg(readFileSync(file)), { majorVersion: 5 });
    expect({ valid, ranges: pool.ranges }).toEqual({ valid: true, ranges: [{ first: 5001, last: 5048 }] });
  });

  test('writes over nothing, unless --force', async () => {
    const file = join(directory, 'mine.reg');
    writeFileSync(file, 'mine');
    const refused = await cli(['ports', '--ports', '5000-5019', '--write-reg', file]);
    expect(refused).toMatchObject({ code: EXIT.usage, stdout: '' });
    expect(refused.stderr).toMatch(/mine\.reg is there already\nGive --force/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await cli(['ports', '--ports', '5000-5019', '--write-reg', file, '--force'])).code).toBe(EXIT.fine);
    expect(parseReg(readFileSync(file)).keys).toHaveLength(1);
  });
});

describe('options that say nothing together are exit 2:', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no source', [], /Give --ports 5000-5019, a directory, a hive, --live, or --reg/],
    ['a directory that is not there', ['nowhere'], /nowhere cannot be read: no such file/],
    ['two sources', ['nowhere', '--ports', '5'], /exclude each other/],
    ['an uptime without a load', ['--ports', '5', '--uptime', '30d'], /--uptime says nothing without a load/],
    ['a failure rate without a load', ['--ports', '5', '--failure-rate', '0.1'], /--failure-rate says nothing/],
    [
      'a failure rate given and estimated',
      ['--ports', '5', '--every', '1s', '--failure-rate', '0.1', '--hangs-after', '2d'],
      /either given or estimated/,
    ],
    [
      'a hang of a machine that does not leak',
      ['--ports', '5', '--every', '1s', '--client-profile', 'windows-2000-sp4', '--hangs-after', '2d'],
      /does not leak/,
    ],
    [
      'nothing to write',
      ['--reg', EXPORT, '--every', '1ms', '--uptime', '30d', '--reuse', 'never', '--write-reg', 'x'],
      /not so many/,
    ],
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await cli(['ports', ...argv]);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
