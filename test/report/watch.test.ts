import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { watchSchema } from '../../src/report/schema/index.ts';
import { type WatchReport, watchReport } from '../../src/report/watch.ts';
import { watchText } from '../../src/report/watch-text.ts';
import { HOUR, START, watched } from './watched.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('a process is judged as a netstat series is', () => {
  test('ports that never come back are a leak although few are held, and the end has a band', () => {
    const report = watched('windows-2000-sp3', 8);
    expect(report).toMatchObject({ verdict: 'leaking', series: { leak: 'yes' } });
    expect(report.trends.every(({ growing }) => !growing)).toBe(true);
    const { p05 = 0, p50 = 0, p95 = 0 } = report.exhaustedBetweenMs ?? {};
    expect(report.exhaustedAtMs).toBe(p50);
    // One open in ten of sixty an hour loses its port: 100 ports last some 16 hours.
    expect((p50 - START) / HOUR).toBeGreaterThan(10);
    expect((p50 - START) / HOUR).toBeLessThan(24);
    expect([p05 < p50, p50 < p95]).toEqual([true, true]);
    const text = watchText(report, iso);
    expect(text).toMatch(/Verdict +it is leaking UDP ports\n/);
    expect(text).toMatch(/in nine cases of ten between \S+ and \S+\n/);
    expect(text).toContain('its end gives all ports back (KB814622)');
  });

  test('the same load on a fixed machine does not leak, or more time would tell', () => {
    const report = watched('windows-2000-sp4', 8);
    expect(report.verdict).not.toBe('leaking');
    expect(report).toMatchObject({ exhaustedAtMs: null, exhaustedBetweenMs: null, series: { lost: 0 } });
  });

  test('a series that is too short says how long to watch', () => {
    const report = watched('windows-2000-sp3', 0.2);
    expect(report.verdict).toBe('cannot-tell');
    expect(watchText(report, iso)).toMatch(/To decide +watch it for 60 min\n/);
  });

  test('sockets that pile up are a leak without any range', () => {
    const samples = Array.from({ length: 30 }, (_, n) => ({
      ms: START + n * HOUR,
      udp: Array.from({ length: n }, (_, i) => 40_000 + i),
      tcp: [],
    }));
    expect(watchReport(1, samples)).toMatchObject({ verdict: 'leaking', series: null, exhaustedAtMs: null });
  });
});

test('the document says nothing that the schema does not know', () => {
  const report = watched('windows-2000-sp3', 8);
  expect(watchSchema.parse(report)).toEqual(report);
  expectTypeOf<z.output<typeof watchSchema>['verdict']>().toEqualTypeOf<WatchReport['verdict']>();
});
