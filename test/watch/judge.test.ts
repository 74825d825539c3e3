import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeLeak } from '../../src/watch/judge.ts';
import { type PortSample, portSample } from '../../src/watch/sample.ts';
import { thinned } from '../../src/watch/thinned.ts';
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

describe('the edges of the judgement', () => {
  /** So many samples that hold one port each hour, the later half growing by one each `per` hours. */
  const growing = (count: number, per = 1) => series(from(1, count).map((n) => from(5000, 1 + Math.floor(n / per))));

  test('twelve samples decide, eleven do not, unless the settings say so', () => {
    expect(judgeLeak(growing(12)).verdict).toBe('leaking');
    expect(judgeLeak(growing(11)).verdict).toBe('cannot-tell');
    expect(judgeLeak(growing(11), { minSamples: 11 }).verdict).toBe('leaking');
    expect(judgeLeak([], { minSamples: 0 }).verdict).toBe('cannot-tell');
  });

  test('a growth of three ports over the later half decides, one of two does not', () => {
    const last = (growth: number) =>
      series(from(0, 40).map((n) => from(5000, 1 + (n < 20 ? 0 : Math.floor(((n - 20) * growth) / 19)))));
    expect(judgeLeak(last(3)).verdict).toBe('leaking');
    expect(judgeLeak(last(2)).verdict).toBe('not-leaking');
    expect(judgeLeak(last(2), { minGrowth: 2 }).verdict).toBe('leaking');
  });

  test('only the later half counts, so that a rise before it is no leak', () => {
    const ports = from(0, 40).map((n) => from(5000, Math.min(n, 20)));
    expect(judgeLeak(series(ports)).trends[0]).toMatchObject({ growing: false, perHour: 0, first: 0, last: 20 });
  });

  test('a trend that chance explains is none, however much it rises in the end', () => {
    const jump = series(from(0, 40).map((n) => from(5000, n === 39 ? 9 : 1)));
    expect(judgeLeak(jump).trends[0]).toMatchObject({ growing: false, last: 9 });
    const score = judgeLeak(growing(30)).trends[0]?.score as number;
    expect(judgeLeak(growing(30), { minScore: score }).verdict).toBe('leaking');
    expect(judgeLeak(growing(30), { minScore: score + 1e-9 }).verdict).toBe('not-leaking');
  });

  test('ports that are given back are no leak', () => {
    expect(judgeLeak(series(from(0, 40).map((n) => from(5000, 60 - n)))).verdict).toBe('not-leaking');
  });

  test('both ends of each range are in it, and ports of one of several ranges count', () => {
    const ranges = [
      { first: 5000, last: 5014 },
      { first: 6000, last: 6014 },
    ];
    const samples = series(from(1, 30).map((n) => from(4999, Math.min(n, 17)).concat(from(5999, Math.max(0, n - 14)))));
    expect(judgeLeak(samples, { ranges }).trends[0]).toMatchObject({ first: 0, last: 30 });
    expect(judgeLeak(samples, { ranges: [{ first: 5014, last: 5015 }] }).trends[0]?.last).toBe(2);
  });

  test('a range that is more than full is used up now', () => {
    const judged = judgeLeak(growing(30), { ranges: [{ first: 5000, last: 5030 }] });
    expect(judged.exhaustedAtMs).toBe(29 * HOUR);
  });

  test('it says in a sentence what the ports did', () => {
    expect(judgeLeak(growing(30)).because).toEqual([
      'UDP ports held: 2 at first, 31 at the end, still growing by 1.0 an hour',
    ]);
    expect(judgeLeak(series(from(0, 30).map(() => [5000]))).because).toEqual([
      'UDP ports held: 1 at first, 1 at the end, no longer growing',
    ]);
  });
});

test('a long series is thinned to points equally far apart, its ends among them; a short one stays', () => {
  expect(thinned(from(0, 9), 5)).toEqual([0, 2, 4, 6, 8]);
  expect(thinned(from(0, 101), 3)).toEqual([0, 50, 100]);
  const short = from(0, 5);
  expect(thinned(short, 5)).toBe(short);
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

  test('the median of two slopes lies between them, and points of one time have no slope', () => {
    // Slopes of 0, 1, 3, 0: 1, 2, 0 | 3, 1.5 by pairs: 1, 1.5, 0, 2, -0.5, -3.
    const points = [0, 1, 3, 0].map((y, x) => ({ x, y }));
    expect(medianSlope(points)).toBe(0.5);
    expect(
      medianSlope([
        { x: 0, y: 0 },
        { x: 0, y: 9 },
      ]),
    ).toBe(0);
  });

  test('ties make a trend less sure than their number would: 1 2 2 3, worked by hand', () => {
    // Five pairs rise, one is even: S is 5, the variance (4·3·13 - 2·1·9) / 18.
    const points = [1, 2, 2, 3].map((y, x) => ({ x, y }));
    expect(trendScore(points)).toBeCloseTo((5 - 1) / Math.sqrt((4 * 3 * 13 - 2 * 1 * 9) / 18), 10);
    expect(trendScore(points.map(({ x, y }) => ({ x, y: -y })))).toBeCloseTo(-trendScore(points), 10);
  });
});

test('a sample lists each port once, in order', () => {
  const held = [5003, 5001, 5003].map((port) => ({ protocol: 'udp' as const, port }));
  expect(portSample(7, [...held, { protocol: 'tcp', port: 80 }])).toEqual({ ms: 7, udp: [5001, 5003], tcp: [80] });
});
