import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Datagram } from '../../src/capture/packet.ts';
import { explain } from '../../src/explain/index.ts';
import { demoSchema } from '../../src/report/schema/index.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { type CliRun, cli } from './in-process.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'clusrpc-demo-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('three acts', () => {
  let run: CliRun;
  const file = (name: string) => join(directory, 'played', name);

  beforeAll(async () => {
    run = await cli(['demo', '--out', join(directory, 'played')]);
  });

  test('show what they should', () => {
    expect(run.code).toBe(0);
    for (const part of ['Act 1', 'Act 2', 'Act 3', 'Verdict', 'The hang is a leak']) expect(run.stdout).toContain(part);
    expect(run.stdout).toContain('0 of 20 ports free, and 20 when the process has ended; a new program opens at once');
  });

  test('service pack 3 leaks every port and hangs, service pack 4 does not, and a stall passes', () => {
    const { acts } = demoSchema.parse(JSON.parse(readFileSync(file('demo.json'), 'utf8')));
    const [leak, fixed, stall] = acts.map(({ report }) => report);
    expect(leak).toMatchObject({
      ended: 'standstill',
      ports: { pool: 20, leaked: 20 },
      exhausted: { error: { code: 1721 } },
    });
    expect(leak?.settings).toMatchObject({ ports: '5000-5019', clientProfile: 'windows-2000-sp3' });
    expect(fixed).toMatchObject({ ended: 'cycles', exhausted: null, ports: { leaked: 0 }, stalls: { count: 0 } });
    expect(fixed?.failed).toBeGreaterThanOrEqual(20);
    expect(stall).toMatchObject({ ended: 'cycles', opened: 100, exhausted: null, ports: { leaked: 0 } });
    expect(stall?.stalls.count).toBeGreaterThan(0);
  });

  test('leave every datagram behind, out of the ports 5000-5019', async () => {
    const datagrams: Datagram[] = [];
    await readDatagrams([readFileSync(file('demo.pcapng'))], (datagram) => datagrams.push(datagram));
    expect(datagrams.length).toBeGreaterThan(1_000);
    const { acts } = demoSchema.parse(JSON.parse(readFileSync(file('demo.json'), 'utf8')));
    const pool = Array.from({ length: 20 }, (_, index) => 5000 + index);
    for (const { id, client } of acts) {
      const ports = new Set(datagrams.filter(({ from }) => from.host === client).map(({ from }) => from.port));
      if (id === 'fixed') expect(pool).toEqual(expect.arrayContaining([...ports]));
      else expect([...ports].sort()).toEqual(pool);
    }
  });

  test('leave a capture in which explain finds the leak, and only on the unfixed machine', async () => {
    const { acts } = demoSchema.parse(JSON.parse(readFileSync(file('demo.json'), 'utf8')));
    const { hosts } = await explain(file('demo.pcapng'), { pool: 20 });
    const verdicts = acts.map(({ client }) => hosts.find(({ host }) => host === client)?.verdict);
    expect(verdicts).toEqual(['leak', 'none', 'none']);
  });

  test('leave a page behind with a plot for each act', () => {
    const page = readFileSync(file('demo.html'), 'utf8');
    expect(page.match(/<svg [^>]*class="plot"/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script/);
  });
});

test('Ctrl-C ends it with the acts that were played', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  const out = join(directory, 'ended');
  const { stdout } = await cli(['demo', '--json', '--out', out], { signal: controller.signal });
  const { acts, asExpected } = demoSchema.parse(JSON.parse(stdout));
  expect(asExpected).toBe(false);
  expect(acts).toMatchObject([{ id: 'leak', report: { ended: 'aborted' } }]);
  expect(existsSync(join(out, 'demo.html'))).toBe(true);
});

test('a directory that cannot be made is a usage error', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below'), '/proc/no/such']) {
    const { code, stderr } = await cli(['demo', '--out', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: the directory \/.* cannot be made/);
  }
});
