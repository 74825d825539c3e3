import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeLeak } from '../../src/watch/judge.ts';
import { type PortSample, portSample } from '../../src/watch/sample.ts';
import { medianSlope, trendScore } from '../../src/watch/trend.ts';

const RANGES = [{ first: 5000, last: 5099 }];
const HOUR = 3_600_000;

/** One sample an hour with these UDP ports. */
function series(ports: readonly (readonly number[])[]): readonly PortSample[] {
  return ports.map((udp, hour) => ({ ms: hour * HOUR, udp, tcp: [] }));
}

function from(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

describe('judgeLeak', () => {
  test('sockets that pile up are a leak, and the end of the range is dated', () => {
    const judged = judgeLeak(series(from(1, 30).map((n) => from(5000, n))), { ranges: RANGES });
    expect(judged.verdict).toBe('leaking');
    expect(judged.trends[0]).toMatchObject({ measure: 'held', first: 1, last: 30, growing: true });
    // 30 of 100 at hour 29, one an hour: 70 hours more.
    expect(judged.exhaustedAtMs).toBeCloseTo((29 + 70) * HOUR, -3);
  });

  test('a program that takes its old ports again does not leak', () => {
    const judged = judgeLeak(series(from(0, 60).map((n) => [5000 + (n % 5), 5005 + (n % 3)])), { ranges: RANGES });
    expect(judged).toMatchObject({ verdict: 'not-leaking', exhaustedAtMs: null });
  });

  test('a program that warms up and then stays does not leak', () => {
    const judged = judgeLeak(series(from(0, 40).map((n) => from(5000, Math.min(n + 1, 12)))), { ranges: RANGES });
    expect(judged.verdict).toBe('not-leaking');
  });

  test('ports outside the RPC range are nobody’s leak', () => {
    const judged = judgeLeak(series(from(1, 30).map((n) => from(40_000, n))), { ranges: RANGES });
    expect(judged.verdict).toBe('not-leaking');
  });

  test('without a range, changing ports prove nothing, but growing ones do', () => {
    expect(judgeLeak(series(from(0, 30).map((n) => [40_000 + 7 * n]))).verdict).toBe('not-leaking');
    expect(judgeLeak(series(from(1, 30).map((n) => from(40_000, n)))).verdict).toBe('leaking');
  });

  test('too few samples decide nothing and say so', () => {
    const judged = judgeLeak(series([[1], [1, 2]]));
    expect(judged.verdict).toBe('cannot-tell');
    expect(judged.because).toEqual(['2 samples are too few: at least 12 are needed']);
    expect(judgeLeak([]).verdict).toBe('cannot-tell');
  });

  test('a steady number of held ports in any order is never a leak', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 5000, max: 5009 }), { minLength: 60, maxLength: 120 }), (ports) => {
        // All ten are used in the first half, so nothing new can come later.
        const warm = from(5000, 10).map((port) => [port]);
        const filler = Array.from({ length: ports.length }, () => [5000]);
        const judged = judgeLeak(series([...warm, ...filler, ...ports.map((port) => [port])]), { ranges: RANGES });
        expect(judged.verdict).toBe('not-leaking');
      }),
    );
  });

  test('a leak is found whatever the rest of the program does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 100 }), (busy) => {
        const samples = series(busy.map((extra, n) => [...from(5000, 1 + (n >> 1)), ...from(5080, extra)]));
        expect(judgeLeak(samples, { ranges: RANGES }).verdict).toBe('leaking');
      }),
    );
  });

  test('a series of 20 000 samples is judged without delay', () => {
    const samples = from(0, 20_000).map((n) => ({ ms: n * 1_000, udp: from(5000, 1 + Math.floor(n / 250)), tcp: [] }));
    expect(judgeLeak(samples, { ranges: RANGES }).trends[0]?.perHour).toBeCloseTo(14.4, 0);
  });
});

describe('trend', () => {
  test('one burst does not move the median slope', () => {
    const points = from(0, 20).map((x) => ({ x, y: x === 10 ? 1_000 : 2 * x }));
    expect(medianSlope(points)).toBe(2);
  });

  test('the Mann-Kendall score of a small series, worked by hand', () => {
    // Pairs of 10 15 14 20: five rise, one falls, S is 4; the variance of four values without ties is 4·3·13 / 18.
    const points = [10, 15, 14, 20].map((y, x) => ({ x, y }));
    expect(trendScore(points)).toBeCloseTo((4 - 1) / Math.sqrt((4 * 3 * 13) / 18), 10);
  });

  test('a series that does not move has no trend', () => {
    expect(trendScore(from(0, 9).map((x) => ({ x, y: 5 })))).toBe(0);
    expect(medianSlope([])).toBe(0);
  });
});

test('a sample lists each port once, in order', () => {
  const held = [5003, 5001, 5003].map((port) => ({ protocol: 'udp' as const, port }));
  expect(portSample(7, [...held, { protocol: 'tcp', port: 80 }])).toEqual({ ms: 7, udp: [5001, 5003], tcp: [80] });
});
