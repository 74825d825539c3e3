import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { portTrend } from '../../src/diagnosis/port-trend.ts';
import { parseNetstatSeries } from '../../src/evidence/netstat-series.ts';
import { forecast } from '../../src/ports/forecast.ts';
import type { PortRange } from '../../src/ports/ranges.ts';
import { runMachine } from './port-machine.ts';
import { asNetstat, RANGE, simulate } from './port-series.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2003, 2, 31, 22, 17, 3);
const LOAD = { everyMs: 20_000, failureRate: 0.05, sampleMs: 60_000, untilMs: 6 * HOUR } as const;

describe('an unfixed Windows 2000 (SP3)', () => {
  test('the leak is found, and the date is within 10 % of the forecast and of what the machine does', () => {
    const model = forecast({ pool: 100 }, LOAD).firstRefusal?.ms.p50 as number;
    const errors = { model: [] as number[], machine: [] as number[] };
    for (let seed = 1; seed <= 40; seed++) {
      const whole = simulate({ ...LOAD, profile: 'windows-2000-sp3', seed, untilMs: 20 * HOUR });
      const { samples } = parseNetstatSeries(
        asNetstat(
          whole.samples.filter((each) => each.elapsedMs <= LOAD.untilMs),
          START,
        ),
      );
      const trend = portTrend(samples, RANGE);
      expect(trend.leak).toBe('yes');
      expect(trend.runsOutMs?.p05).toBeLessThan(trend.runsOutMs?.p50 as number);
      errors.model.push((trend.runsOutMs?.p50 as number) / model - 1);
      errors.machine.push((trend.runsOutMs?.p50 as number) / (whole.refusedMs as number) - 1);
    }
    for (const list of Object.values(errors)) {
      const median = [...list].sort((a, b) => a - b)[20] as number;
      expect(Math.abs(median)).toBeLessThan(0.1);
    }
  });

  test('the range of nine in ten holds what the machine does nine times of ten', () => {
    let inside = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { samples, refusedMs } = simulate({ ...LOAD, profile: 'windows-2000-sp3', seed, untilMs: 20 * HOUR });
      const { runsOutMs } = portTrend(
        samples.filter((each) => each.elapsedMs <= LOAD.untilMs),
        RANGE,
      );
      if (runsOutMs !== null && (refusedMs as number) >= runsOutMs.p05 && (refusedMs as number) <= runsOutMs.p95)
        inside += 1;
    }
    expect(inside).toBeGreaterThan(80);
  });

  test.each([false, true])('a rare failure is found after a day (opens at random: %s)', (poisson) => {
    const { samples } = simulate({
      ...LOAD,
      profile: 'windows-2000-sp2',
      failureRate: 0.005,
      untilMs: 24 * HOUR,
      seed: 5,
      poisson,
    });
    expect(portTrend(samples, RANGE).leak).toBe('yes');
  });
});

describe('a fixed Windows 2000', () => {
  test.each(['windows-2000-sp4', 'windows-2000-sp3-kb814622'] as const)(
    '%s: never a leak, however it is used, and nearly always none',
    (profile) => {
      const answers: string[] = [];
      for (let seed = 1; seed <= 30; seed++) {
        for (const poisson of [false, true]) {
          const { samples } = simulate({
            ...LOAD,
            profile,
            seed,
            poisson,
            failureRate: seed / 100,
            sampleMs: [15_000, 60_000, 200_000][seed % 3] as number,
          });
          answers.push(portTrend(samples, RANGE).leak);
        }
      }
      expect(answers).not.toContain('yes');
      expect(answers.filter((leak) => leak === 'no').length).toBeGreaterThanOrEqual(55);
    },
  );

  test('a series that begins with many resting ports is no leak while they come round', () => {
    const samples = Array.from({ length: 400 }, (_, i) => ({
      elapsedMs: i * 60_000,
      udpPorts: [0, 1, 2, 3].map((k) => 5000 + ((i + k) % 30)),
    }));
    expect(portTrend(samples, RANGE)).toMatchObject({ leak: 'no', everBound: 30, lost: 0 });
  });

  test('a second program that ends its work is not taken for a leak', () => {
    const samples = Array.from({ length: 600 }, (_, i) => ({
      elapsedMs: i * 60_000,
      udpPorts: [...(i < 100 ? [5010 + (i % 7), 5010 + ((i + 1) % 7)] : []), 5000 + (i % 5), 5000 + ((i + 1) % 5)].sort(
        (a, b) => a - b,
      ),
    }));
    expect(portTrend(samples, RANGE).leak).not.toBe('yes');
  });
});

test('sockets that pile up are handles that nobody closes: said so, and not called the defect', () => {
  const samples = Array.from({ length: 1500 }, (_, i) => ({
    elapsedMs: i * 60_000,
    udpPorts: [
      ...[0, 1].map((k) => 5000 + ((Math.floor(i / 5) + k) % 4)),
      ...Array.from({ length: Math.floor(i / 100) }, (_, k) => 5010 + k),
    ].sort((a, b) => a - b),
  }));
  expect(portTrend(samples, RANGE)).toMatchObject({
    leak: 'unknown',
    because: [expect.stringMatching(/7 ports stay bound since they were taken: handles that nobody closes/)],
  });
});

describe('what independent judges measured', () => {
  const series = (name: string): ReturnType<typeof parseNetstatSeries> => {
    const file = new URL(`../fixtures/netstat/${name}.txt.gz`, import.meta.url);
    return parseNetstatSeries(gunzipSync(readFileSync(file)).toString('latin1'));
  };
  const range = (size: number): PortRange[] => [{ first: 5000, last: 4999 + size }];

  test('a program that hung early is the end of the leak, not "no leak" beside 17 lost ports', () => {
    const trend = portTrend(series('steady_hung_in_first_half-0').samples, range(20));
    expect(trend).toMatchObject({ leak: 'yes', held: { last: 0 } });
    expect(trend.because.join()).toMatch(/all 20 ports are used up, and for 199 minutes none has been bound/);
    expect(trend.runsOutMs?.p95).toBeLessThan(trend.spanMs);
  });

  test('an hour with one loss is too short for its rate, and says how long to run', () => {
    const trend = portTrend(series('slow_1_2_leaks_h_1_h-0').samples, range(20));
    expect(trend).toMatchObject({ leak: 'unknown', lost: 1, neededMs: 6 * HOUR });
    expect(trend.because.join()).toContain('1 port did not come back');
  });

  test('two healthy programs are no leak: over 24 h it is said, over 4 h it is not known', () => {
    expect(portTrend(series('two_24h-0').samples, range(100))).toMatchObject({ leak: 'no', lost: 0 });
    expect(portTrend(series('twoprogs-3').samples, range(20))).toMatchObject({ leak: 'unknown', lost: 0 });
  });
});

test('beside a second program and sockets of others there is no date', () => {
  const load = { ranges: RANGE, sampleMs: 60_000, jitterMs: 1000, untilMs: 12 * HOUR, seed: 4 };
  const leaking = { profile: 'windows-2000-sp3', everyMs: 60_000, failureRate: 0.1 } as const;
  const alone = portTrend(runMachine({ ...load, programs: [leaking] }).samples, RANGE);
  expect(alone).toMatchObject({ leak: 'yes', runsOutMs: { p50: expect.any(Number) } });
  for (const more of [
    { programs: [leaking, { profile: 'windows-2000-sp4', everyMs: 200_000, arrivals: 'poisson' } as const] },
    { programs: [leaking], strangers: { everyMs: 100_000, shortestMs: 1000, longestMs: 600_000 } },
  ]) {
    expect(portTrend(runMachine({ ...load, ...more }).samples, RANGE).runsOutMs).toBeNull();
  }
});

test('a range in which nothing was bound at all may be a pool that was used up before', () => {
  const samples = Array.from({ length: 100 }, (_, i) => ({ elapsedMs: i * 60_000, udpPorts: [135] }));
  expect(portTrend(samples, RANGE)).toMatchObject({
    leak: 'unknown',
    because: [expect.stringMatching(/nothing opened a cluster, or its program had used up the ports before/)],
  });
});

test('a short series, or one in which nothing happens, tells nothing', () => {
  const { samples } = simulate({ ...LOAD, profile: 'windows-2000-sp3', untilMs: 300_000, seed: 1 });
  expect(portTrend(samples, RANGE)).toMatchObject({ leak: 'unknown' });
  const idle = Array.from({ length: 100 }, (_, i) => ({ elapsedMs: i * 60_000, udpPorts: [135, 5001] }));
  expect(portTrend(idle, RANGE)).toMatchObject({ leak: 'unknown', lost: 0 });
  const rare = simulate({ ...LOAD, profile: 'windows-2000-sp3', sampleMs: 600_000, seed: 1 });
  expect(portTrend(rare.samples, RANGE)).toMatchObject({ leak: 'unknown' });
  expect(portTrend([], RANGE)).toMatchObject({ leak: 'unknown', samples: 0 });
});
