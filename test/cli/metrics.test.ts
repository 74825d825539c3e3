import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { soakForecast } from '../../src/soak/forecast.ts';
import { planSoak } from '../../src/soak/index.ts';
import { cli, Sink } from './in-process.ts';

/** stderr that tells when a line has come. */
class Told extends Sink {
  override _write(chunk: unknown, encoding: BufferEncoding, done: () => void): void {
    super._write(chunk, encoding, () => {
      this.emit('told');
      done();
    });
  }
}

/** What Prometheus would read while the command runs, which ends then. */
async function scraped(argv: readonly string[]): Promise<string> {
  const [stderr, controller] = [new Told(), new AbortController()];
  const running = cli([...argv, '--prometheus', '0'], { stderr, signal: controller.signal });
  try {
    for (;;) {
      const url = /metrics: (\S+)/.exec(stderr.text)?.[1];
      if (url !== undefined) return await (await fetch(url)).text();
      await once(stderr, 'told');
    }
  } finally {
    controller.abort();
    await running;
  }
}

describe('--prometheus serves the figures of', () => {
  test('emulate', async () => {
    const text = await scraped(['emulate']);
    expect(text).toMatch(/^# TYPE clusrpc_emulate_events_total counter$/m);
    expect(text).toMatch(/^clusrpc_emulate_events_total\{event="callsIn"\} 0$/m);
  });

  test('soak', async () => {
    const load = ['--ports', '5000-5019', '--time', 'real', '--every', '20s', '--failure-rate', '0.2'];
    const text = await scraped(['soak', 'emulated', ...load]);
    expect(text).toMatch(/^# TYPE clusrpc_soak_ports gauge$/m);
    expect(text).toMatch(/^clusrpc_soak_pool_ports 20$/m);
    expect(text).toMatch(/^clusrpc_soak_ports\{state="available"\} \d+$/m);
    expect(text).toMatch(/^clusrpc_soak_opens_total\{outcome="refused"\} 0$/m);
    expect(text).toMatch(/^# TYPE clusrpc_soak_forecast_exhaustion_seconds gauge$/m);
    const { exhaustionMs } = soakForecast(
      planSoak('emulated', { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2, time: 'real' }),
    );
    for (const [quantile, ms = Number.NaN] of [
      ['0.05', exhaustionMs?.p05],
      ['0.5', exhaustionMs?.p50],
      ['0.95', exhaustionMs?.p95],
    ] as const) {
      expect(text).toContain(`clusrpc_soak_forecast_exhaustion_seconds{quantile="${quantile}"} ${ms / 1_000}\n`);
    }
  });

  test.skipIf(process.platform !== 'linux')('watch', async () => {
    const text = await scraped(['watch', String(process.pid), '--ports', '5000-5099']);
    expect(text).toMatch(/^clusrpc_watch_ports\{protocol="udp"\} \d+$/m);
    expect(text).toMatch(/^clusrpc_watch_leaking -1$/m);
  });
});

test('on this machine alone, at one path, and to readers', async () => {
  const [stderr, controller] = [new Told(), new AbortController()];
  const running = cli(['emulate', '--prometheus', '0'], { stderr, signal: controller.signal });
  await once(stderr, 'told');
  const url = /metrics: (\S+)/.exec(stderr.text)?.[1] ?? '';
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  expect((await fetch(url.replace('metrics', ''))).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  const port = new URL(url).port;
  const taken = await cli(['emulate', '--prometheus', port]);
  expect(taken).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(`port ${port} of 127.0.0.1 cannot be listened on`),
  });
  controller.abort();
  expect((await running).code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});
