import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/soak/latency.ts';
import { MAX_TIMELINE_POINTS, Timeline } from '../../src/soak/timeline.ts';

test('the quantiles of the histogram are those of the sorted list within two per cent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      (list) => {
        const histogram = new LatencyHistogram();
        for (const ms of list) histogram.add(ms);
        const sorted = list.toSorted((a, b) => a - b);
        const quantiles = histogram.quantiles();
        for (const [name, q] of [
          ['p50', 0.5],
          ['p95', 0.95],
          ['p99', 0.99],
          ['max', 1],
        ] as const) {
          const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
          expect(quantiles?.[name]).toBeGreaterThanOrEqual(exact - 0.0006);
          expect(quantiles?.[name]).toBeLessThanOrEqual(exact * 1.0201 + 0.0006);
        }
      },
    ),
  );
});

test('a histogram without values has no quantiles', () => {
  expect(new LatencyHistogram().quantiles()).toBeNull();
});

test('durations beyond the last bucket, and none at all, still count', () => {
  const histogram = new LatencyHistogram();
  histogram.add(1e12);
  expect(histogram.quantiles()?.max).toBe(1e12);
  histogram.add(0);
  expect(histogram.quantiles()?.p50).toBeLessThanOrEqual(0.01);
});

test('a timeline of any length keeps points at even distances, its first and its last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), (length) => {
      const timeline = new Timeline();
      const ports = { pool: 1, inUse: 0, closing: 0, recycled: 0, leaked: 0 };
      for (let ms = 0; ms < length; ms++) timeline.offer(ms, ports);
      const times = timeline.end(length, ports).map(({ ms }) => ms);
      expect(times.length).toBeLessThanOrEqual(MAX_TIMELINE_POINTS);
      expect(times.at(-1)).toBe(length);
      const stride = (times[1] ?? 1) - (times[0] ?? 0);
      expect(times.slice(0, -1)).toEqual(
        Array.from({ length: times.length - 1 }, (_, i) => i * (length === 1 ? 1 : stride)),
      );
      expect(length / stride).toBeGreaterThan(Math.min(length, MAX_TIMELINE_POINTS) / 2 - 1);
    }),
  );
});
