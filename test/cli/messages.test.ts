import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  collectorSchema,
  portsSchema,
  soakSchema,
  soakStepSchema,
  watchSampleSchema,
  watchSchema,
} from '../../src/report/schema/index.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-messages-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  ['--json', 'ports --ports 5000-5019'],
  ['--json --log-level error', 'ports --ports 5000-5019'],
  ['--log-level=debug --no-color --json', 'ports --ports 5000-5019'],
])('%s may stand before the command too', async (options, command) => {
  const before = await cli(`${options} ${command}`.split(' '));
  const behind = await cli(`${command} ${options}`.split(' '));
  expect(before.code).toBe(0);
  expect(portsSchema.parse(JSON.parse(before.stdout))).toEqual(JSON.parse(behind.stdout));
});

test.each([
  ['probe 127.0.0.1 --each-port', /^error: --each-port needs --local-ports: which ports/],
  ['probe 127.0.0.1 --transport native --epm-port 5', /^error: --epm-port needs transport udp/],
  ['probe 127.0.0.1:135', /"127\.0\.0\.1:135" holds a port: that of the endpoint mapper goes to --epm-port,/],
  ['audit --host 127.0.0.1:135', /The port of its endpoint mapper is --epm-port\./],
  ['emulate --listen 0.0.0.0', /0\.0\.0\.0 is not a loopback address\n.*--expose/],
])('%s is answered in the words of the command line', async (line, message) => {
  const { code, stderr } = await cli(line.split(' '));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/endpointMapperPort|eachPort|localPorts/);
  expect(code).toBe(2);
});

test('a value of a wrong type is called by the name of its type', async () => {
  const file = join(directory, 'wrong.reg');
  const key = '[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet]';
  writeFileSync(file, `REGEDIT4\r\n\r\n${key}\r\n"Ports"="5000-5019"\r\n"PortsInternetAvailable"=dword:1\r\n`);
  const { stdout } = await cli(['ports', '--reg', file]);
  expect(stdout).toContain('REG_SZ');
  expect(stdout).toContain('REG_DWORD');
  expect(stdout).not.toMatch(/type \d/);
});

test('a soak that was interrupted is not called fine', async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const argv = ['soak', 'emulated', '--cycles', '999999999', '--every', '1h'];
  const { stdout } = await cli(argv, { signal: controller.signal });
  expect(stdout).toMatch(/^Ended early: [\d ]+ opens succeeded until then, 0 failed, and no port leaked\.$/m);
  expect(stdout).not.toContain('Fine');
});

describe('the collector', () => {
  test('goes into a file, CR LF and all, over an older one but over nothing else', async () => {
    const file = join(directory, 'collect.cmd');
    for (const samples of ['3', '7']) {
      const { code, stdout, stderr } = await cli(['collector', '--samples', samples, '--out', file]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toContain(`${file} is written: copy it to the Windows 2000 machine`);
      expect(readFileSync(file, 'latin1')).toContain(`\r\nset SAMPLES=${samples}\r\n`);
    }
    writeFileSync(file, 'mine');
    const { code, stderr } = await cli(['collector', '--out', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('is no collector, so it is not written over');
  });

  test('has a document with a schema', async () => {
    const { stdout } = await cli(['collector', '--json']);
    expect(collectorSchema.parse(JSON.parse(stdout)).script).toContain('@echo off\r\n');
  });
});

test.skipIf(process.platform !== 'linux').each([
  ['soak emulated --cycles 3 --ndjson', soakStepSchema, soakSchema],
  [`watch ${process.pid} --every 10ms --for 15ms --ndjson`, watchSampleSchema, watchSchema],
])('each line of %s names its schema', async (line, each, last) => {
  const { stdout } = await cli(line.split(' '));
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as unknown);
  for (const item of lines.slice(0, -1)) expect(each.parse(item)).toEqual(item);
  expect(last.parse(lines.at(-1))).toBeDefined();
  expect(lines.length).toBeGreaterThan(1);
});
