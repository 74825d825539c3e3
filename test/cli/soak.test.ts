import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { explain } from '../../src/explain/index.ts';
import { soakSchema } from '../../src/report/schema/index.ts';
import { machineRun } from '../explain/scenario.ts';
import { cli, Sink } from './in-process.ts';

const LOAD = 'soak emulated --ports 5000-5019 --failure-rate 0.2 --cycles 500 --seed 7 --time virtual'.split(' ');

const soak = (more: string) => cli([...LOAD, ...more.split(' ')]);

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'clusrpc-soak-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('the load that leaks', () => {
  test('exhausts service pack 3: exit 1, and the document says how', async () => {
    const { code, stdout } = await soak('--every 20s --client-profile windows-2000-sp3 --json');
    expect(code).toBe(1);
    const report = soakSchema.parse(JSON.parse(stdout));
    expect(report.exhausted?.error).toEqual({ code: 1721, symbol: 'RPC_S_OUT_OF_RESOURCES' });
    expect(report.ports).toMatchObject({ pool: 20, leaked: 20 });
    expect(report.cycles).toBe(report.opened + report.failed + report.refused);
  });

  test('does nothing to service pack 4: exit 0', async () => {
    const { code, stdout } = await soak('--every 20s --client-profile windows-2000-sp4 --json');
    expect(code).toBe(0);
    expect(soakSchema.parse(JSON.parse(stdout))).toMatchObject({ refused: 0, exhausted: null, ports: { leaked: 0 } });
  });

  test('plots it on a narrow terminal without a line that wraps', async () => {
    const stdout = new Sink({ isTTY: true, columns: 40 });
    await cli(LOAD, { stdout, env: { NO_COLOR: '1' } });
    const plot = stdout.text.split('\n').filter((line) => /[┤└]/.test(line));
    expect(plot).toHaveLength(11);
    for (const line of plot) expect(line.length).toBeLessThanOrEqual(40);
  });

  test('stalls service pack 4 when it comes each 100 ms: exit 1, and it is not exhausted', async () => {
    const { code, stdout } = await soak('--every 100ms --client-profile windows-2000-sp4 --json');
    expect(code).toBe(1);
    const report = soakSchema.parse(JSON.parse(stdout));
    expect(report.exhausted).toBeNull();
    expect(report.stalls.count).toBeGreaterThan(0);
  });

  test('has the same bytes at every run', async () => {
    const run = () => soak('--every 20s --json');
    const [first, second] = [await run(), await run()];
    expect(first.stdout).toBe(second.stdout);
    expect(first.stdout.length).toBeGreaterThan(1_000);
  });

  test('prints text with a plot, and says on stderr what it does', async () => {
    const { stdout, stderr } = await soak('--no-color');
    expect(stdout).toContain('Exhausted: all 20 ports leaked.');
    expect(stdout).toContain('1 ┤██████');
    expect(stderr).toContain('one open each 24 s, 20 % fail by no-memory (half of what 20 ports sustain)');
  });

  test('prints each cycle and then the document with --ndjson', async () => {
    const { stdout } = await soak('--every 20s --ndjson');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(501);
    expect(lines[0]).toMatchObject({ cycle: 1, ms: 0, outcome: expect.stringMatching(/^opened|failed$/) });
    expect(soakSchema.parse(lines[500]).cycles).toBe(500);
  });

  test('writes the plot as a picture, and over nothing else', async () => {
    const [file, other] = [join(directory, 'soak.svg'), join(directory, 'other.svg')];
    await soak(`--every 20s --svg ${file}`);
    await soak(`--every 20s --svg ${file}`);
    expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml .*<svg xmlns=.*>exhausted<.*<\/svg>\n$/s);
    writeFileSync(other, 'mine');
    expect(await soak(`--every 20s --svg ${other}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is no picture/),
    });
  });

  test('--compare needs virtual time', async () => {
    expect(await soak('--compare --time real')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/needs virtual time/),
    });
  });

  test('writes a page', async () => {
    const file = join(directory, 'soak.html');
    await soak(`--every 20s --html ${file}`);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^<!DOCTYPE html>.*Exhausted: all 20 ports leaked\..*<svg.*<code>clusrpc soak emulated /s,
    );
  });
});

test('the ports come out of a registry export', async () => {
  const reg = 'fixtures/rpc-internet-5000-5019.reg';
  const { code, stdout } = await cli([
    'soak',
    'emulated',
    '--reg',
    reg,
    '--client-profile',
    'strict',
    '--cycles',
    '30',
    '--json',
  ]);
  expect(code).toBe(1);
  expect(soakSchema.parse(JSON.parse(stdout))).toMatchObject({ opened: 20, settings: { ports: '5000-5019' } });
});

test('failures that leak can be named, also none of them', async () => {
  for (const [leakOn, leaked] of [
    ['no-memory,reject', 20],
    ['reject', 0],
    ['', 0],
  ] as const) {
    const { stdout } = await cli([...LOAD, '--every', '20s', '--leak-on', leakOn, '--json']);
    expect(soakSchema.parse(JSON.parse(stdout)).ports.leaked).toBe(leaked);
  }
});

test('Ctrl-C prints what there is', async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const { stdout } = await cli(['soak', 'emulated', '--cycles', '999999999', '--json'], { signal: controller.signal });
  const report = soakSchema.parse(JSON.parse(stdout));
  expect(report.ended).toBe('aborted');
  expect(report.cycles).toBeLessThan(999_999_999);
});

describe('a host', () => {
  test('on this machine is opened and closed: exit 0', async () => {
    await using host = await EmulatedHost.start();
    const argv = ['soak', host.address, '--epm-port', String(host.mapperPort), '--cycles', '3', '--every', '5ms'];
    const { code, stdout, stderr } = await cli([...argv, '--json']);
    expect(code).toBe(0);
    expect(soakSchema.parse(JSON.parse(stdout))).toMatchObject({ opened: 3, closed: 3, ended: 'cycles' });
    expect(stderr).toContain(`soak opens and closes the cluster at ${host.address}, this machine, 3 times`);
  });

  test('that says no is not fine: exit 1, and each failure is told', async () => {
    await using host = await EmulatedHost.start({ requireAuth: true });
    const argv = ['soak', host.address, '--epm-port', String(host.mapperPort), '--cycles', '2', '--every', '5ms'];
    const { code, stdout, stderr } = await cli(argv);
    expect(code).toBe(1);
    expect(stdout).toContain('Nothing opened: 2 opens failed');
    expect(stderr).toMatch(/open 1 failed: .*\(authenticate\)/);
  });

  test('that says nothing cannot be judged: exit 3', async () => {
    await using host = await EmulatedHost.start({ faults: { drop: 1 } });
    const argv = ['soak', host.address, '--epm-port', String(host.mapperPort), '--cycles', '1'];
    const { code } = await cli([...argv, '--stage-timeout', '50ms']);
    expect(code).toBe(3);
  });
});

describe('a wrong command line exits 2 with a sentence that helps', () => {
  const WRONG: readonly [string, RegExp][] = [
    ['soak', /missing required argument 'target'/],
    ['soak emulated --every 20', /Which unit\? Write 20ms, 20s or 20m/],
    ['soak emulated --every 20s --rate 1/s', /cannot be used with option/],
    ['soak emulated --failure-rate 20%', /Write 0\.2 for 20%/],
    ['soak emulated --failure-kind no-memry', /Did you mean no-memory\?/],
    ['soak emulated --client-profile windows-2000-sp5', /Did you mean windows-2000-sp/],
    ['soak emulated --leak-on reject,often', /It is one of no-answer, reject/],
    ['soak emulated --ports 5019-5000', /runs backwards/],
    ['soak emulated --reg /no/such/file.reg', /no such file or directory/],
    ['soak emulated --cycles 0', /whole number from 1 on/],
    ['soak emulated --strategy gate', /Did you mean gated/],
    ['soak emulated --hive SYSTEM', /--hive is not in this version/],
    ['soak emulated --time real --against-real-host', /--against-real-host is for a host/],
    ['soak emulated --epm-port 135', /--epm-port is for a host/],
    ['soak emulated --pcap DIR/soak.pcapng', /nothing goes over the wire/],
    ['soak 192.0.2.1', /Say --against-real-host/],
    ['soak 127.0.0.1 --failure-rate 0.2', /belongs to the emulated client machine/],
    ['soak 127.0.0.1 --time virtual', /Only the target emulated has virtual time/],
  ];

  test.each(WRONG)('%s', async (line, message) => {
    const { code, stdout, stderr } = await cli(line.replace('DIR', directory).split(' '));
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('an invalid port configuration', async () => {
    const file = join(directory, 'backwards.reg');
    const key = '[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet]';
    writeFileSync(file, `Windows Registry Editor Version 5.00\r\n\r\n${key}\r\n"UseInternetPorts"="Y"\r\n`);
    const { code, stderr } = await cli(['soak', 'emulated', '--reg', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is invalid: .*\n.*clusrpc ports --reg/);
  });
});

describe('--workload', () => {
  const write = (name: string, content: object) => {
    const file = join(directory, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  test('takes the load out of a file, and options of the command line win', async () => {
    const file = write('load.json', { ports: '5000-5019', every: '20s', failureRate: 0.2, cycles: 500, seed: 7 });
    const { stdout, stderr } = await cli(['soak', 'emulated', '--workload', file, '--cycles', '10', '--json']);
    expect(soakSchema.parse(JSON.parse(stdout)).settings).toMatchObject({
      ports: '5000-5019',
      everyMs: 20_000,
      cycles: 10,
    });
    expect(stderr).toBe('');
  });

  test('plays what explain saw of a host again', async () => {
    const capture = await machineRun({
      profile: 'windows-2000-sp4',
      opens: 30,
      everyMs: 20_000,
      fails: (open) => open % 5 === 2,
      failure: 'reject',
    });
    const explained = await explain(capture);
    const opens = explained.hosts[0]?.opens ?? 0;
    expect(opens).toBeGreaterThan(25);
    const file = write('explained.json', explained);
    const { code, stdout, stderr } = await cli(['soak', 'emulated', '--ports', '5000-5004', '--workload', file]);
    expect(stderr).toContain(`replaying ${opens} opens of 10.0.0.9\n`);
    expect(stdout).toContain(`Load           ${opens} opens of a trace; ${opens} cycles`);
    // Fixed when it was seen; played on a machine that is not, the same opens leak.
    expect(stdout).toMatch(/At the end +[1-5] leaked/);
    expect(code).toBe(1);
    const missing = await cli(['soak', 'emulated', '--workload', file, '--replay-host', '10.9.9.9']);
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no host 10\.9\.9\.9\nIt has 10\.0\.0\.9\./),
    });
  });

  test.each([
    ['{', /is no JSON/],
    ['{"schema":"clusrpc/explain/1"}', /is no document of explain --json/],
    ['{"rate": 1}', /Unrecognized key: "rate"/],
  ])('%s is wrong input', async (content, message) => {
    const file = join(directory, 'wrong.json');
    writeFileSync(file, content);
    expect(await cli(['soak', 'emulated', '--workload', file])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
  });
});
