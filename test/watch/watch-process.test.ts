import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type WatchReport, watch, watchSchema } from '../../src/index.ts';

describe.skipIf(process.platform !== 'linux')('watch, on Linux', () => {
  test('judges what it saw until the signal aborts, and tells each sample and what all of them show meanwhile', async () => {
    const end = new AbortController();
    const opened: ReturnType<typeof createSocket>[] = [];
    const seen: [number, WatchReport['verdict']][] = [];
    const report = await watch(process.pid, {
      every: 1,
      signal: end.signal,
      onSample: (sample, judge) => {
        seen.push([sample.udp.length, judge().verdict]);
        if (seen.length === 40) end.abort();
        else opened.push(createSocket('udp4').bind(0, '127.0.0.1'));
      },
    });
    for (const socket of opened) socket.close();
    expect(watchSchema.parse(report)).toMatchObject({ verdict: 'leaking', pid: process.pid, ranges: null });
    expect(report.samples.map(({ udp }) => udp.length)).toEqual(seen.map(([ports]) => ports));
    expect(seen[10]?.[1]).toBe('cannot-tell');
    expect(seen[39]?.[1]).toBe('leaking');
    expect(report.system).toBeUndefined();
  });

  test('ends when its time is over, with the counters of the machine where they were asked for', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const ranges = [{ first: port, last: port }];
    const report = await watch(process.pid, { every: 60_000, for: 1, ranges, counters: true });
    socket.close();
    expect(report).toMatchObject({
      verdict: 'cannot-tell',
      ranges,
      samples: [{ udp: expect.arrayContaining([port]) }],
    });
    expect(report.system?.counters?.received).toBeGreaterThanOrEqual(0);
  });

  test('throws for a process that is not there', async () => {
    await expect(watch(2 ** 30)).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_INPUT' });
  });
});
