import { describe, expect, test } from 'vitest';
import { portTrend } from '../../src/diagnosis/port-trend.ts';
import { parseNetstatSeries } from '../../src/evidence/netstat-series.ts';
import { forecast } from '../../src/ports/forecast.ts';
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
    '%s: no leak, however it is used',
    (profile) => {
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
          expect(portTrend(samples, RANGE).leak).toBe('no');
        }
      }
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

test('a port that stays bound for ever while others come and go is lost too', () => {
  const samples = Array.from({ length: 1500 }, (_, i) => ({
    elapsedMs: i * 60_000,
    udpPorts: [...Array.from({ length: Math.floor(i / 100) }, (_, k) => 5010 + k), 5000 + (i % 4)].sort(
      (a, b) => a - b,
    ),
  }));
  expect(portTrend(samples, RANGE)).toMatchObject({ leak: 'yes' });
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
