import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { doctorSchema, watchSampleSchema, watchSchema } from '../../src/report/schema/index.ts';
import { cli, Sink } from './in-process.ts';

describe('doctor', () => {
  test('its document keeps its schema, and its text says what to do', async () => {
    const { code, stdout } = await cli(['doctor', '--json']);
    const raw = JSON.parse(stdout);
    expect(doctorSchema.parse(raw)).toEqual(raw);
    const text = await cli(['doctor']);
    for (const { name } of raw.backends) expect(text.stdout).toContain(name);
    if (process.platform !== 'win32') {
      expect(code).toBe(EXIT.fine);
      expect(text.stdout).toContain("→ Use backend 'wire'");
    }
  });
});

describe.skipIf(process.platform !== 'linux')('watch', () => {
  test('a program that keeps opening sockets is leaking: exit 1, with a date', async () => {
    const sockets: ReturnType<typeof createSocket>[] = [];
    const opening = setInterval(() => sockets.push(createSocket('udp4').bind(0, '127.0.0.1')), 2);
    const { code, document } = await watch(40, '--every', '20ms', '--ports', '1024-65535');
    clearInterval(opening);
    for (const socket of sockets) socket.close();
    expect(document.verdict).toBe('leaking');
    expect(document.exhaustedAtMs).toBeGreaterThan(document.samples.at(-1)?.ms ?? Number.POSITIVE_INFINITY);
    expect(code).toBe(EXIT.notFine);
  });

  test('a program that holds what it has is not: exit 0', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const { code, document } = await watch(40, '--every', '10ms');
    socket.close();
    expect(document).toMatchObject({ verdict: 'not-leaking', exhaustedAtMs: null });
    expect(document.samples[0]?.udp).toContain(port);
    expect(code).toBe(EXIT.fine);
  });

  test('too few samples cannot tell: exit 3', async () => {
    const { code, stdout } = await cli(['watch', String(process.pid), '--for', '1ms']);
    expect(stdout).toContain('cannot tell');
    expect(code).toBe(EXIT.unknown);
  });

  test('--nagios is one line, without the samples', async () => {
    const { code, stdout } = await cli(['watch', String(process.pid), '--for', '1ms', '--nagios', '--warn', '7d']);
    expect(stdout).toMatch(/^CLUSRPC UNKNOWN - leak: unknown \| udp=\d+;;;0\n$/);
    expect(code).toBe(EXIT.unknown);
  });

  test.each([
    ['--warn 7d', '--warn and --crit need --nagios'],
    ['--nagios --warn 1d --crit 7d', '--warn is below --crit'],
  ])('%s is a usage error', async (options, message) => {
    const { code, stderr } = await cli(['watch', String(process.pid), ...options.split(' ')]);
    expect(stderr).toContain(message);
    expect(code).toBe(EXIT.usage);
  });

  test('a process that is not there is wrong input: exit 2', async () => {
    const { code, stderr } = await cli(['watch', String(2 ** 30)]);
    expect(stderr).toContain(`there is no process ${2 ** 30}`);
    expect(code).toBe(EXIT.usage);
    expect((await cli(['watch', 'explorer'])).code).toBe(EXIT.usage);
  });

  /** Until there are so many samples, however long that takes on a machine that is busy. */
  async function watch(samples: number, ...options: string[]) {
    const enough = new AbortController();
    const lines: string[] = [];
    const stdout = new Sink();
    stdout.write = (line: unknown) => {
      if (lines.push(String(line)) === samples) enough.abort();
      return true;
    };
    const argv = ['watch', String(process.pid), ...options, '--ndjson'];
    const { code } = await cli(argv, { stdout, signal: enough.signal });
    const { samples: _, ...document } = watchSchema.parse(JSON.parse(lines.pop() ?? ''));
    return { code, document: { ...document, samples: lines.map((line) => watchSampleSchema.parse(JSON.parse(line))) } };
  }
});

test.skipIf(process.platform === 'win32')(
  'what needs Windows says so: probe --transport native, and ports and audit of a living Windows',
  async () => {
    for (const argv of [
      ['probe', 'CLUSTER1', '--transport', 'native'],
      ['probe', 'CLUSTER1', '--transport', 'ffi'],
    ]) {
      const { code, stderr } = await cli(argv);
      expect(stderr).toContain(`needs Windows`);
      expect(stderr).toContain("backend 'wire'");
      expect(code).toBe(EXIT.notFine);
    }
    for (const argv of [
      ['ports', '--live'],
      ['audit', '--live'],
      ['audit', '--remote', 'NODE1'],
    ]) {
      const { code, stderr } = await cli(argv);
      expect(stderr).toContain(`and this is ${process.platform}`);
      expect(code).toBe(EXIT.usage);
    }
  },
);

test('ports --live and ports --reg exclude each other', async () => {
  expect((await cli(['ports', '--live', '--reg', 'x.reg'])).code).toBe(EXIT.usage);
});
