import { describe, expect, test } from 'vitest';
import { type SoakOptions, soak } from '../../src/soak/index.ts';
import { planSoak } from '../../src/soak/settings.ts';
import { type PlannedCycle, workload } from '../../src/soak/workload.ts';
import { parseWorkload, traceOf } from '../../src/soak/workload-file.ts';

const LOAD: SoakOptions = { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2, seed: 7, cycles: 500 };

function drawn(options: SoakOptions, count = 20_000): readonly PlannedCycle[] {
  const { settings, trace } = planSoak('emulated', { ...LOAD, ...options });
  const next = workload(settings, trace);
  return Array.from({ length: count }, () => next());
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe('arrivals', () => {
  test('at random have exponential gaps: as wide as they are long', () => {
    const gaps = drawn({ arrivals: 'poisson' }).map(({ gapMs }) => gapMs);
    expect(mean(gaps) / 20_000).toBeCloseTo(1, 1);
    expect(deviation(gaps) / 20_000).toBeCloseTo(1, 1);
  });

  test('in bursts come at once, and as many in the long run', () => {
    const gaps = drawn({ arrivals: 'bursty', burst: 4 }, 8).map(({ gapMs }) => gapMs);
    expect(gaps).toEqual([0, 0, 0, 80_000, 0, 0, 0, 80_000]);
  });

  test('of any kind leave the same opens failing', () => {
    const fails = (options: SoakOptions) => drawn(options, 200).map((cycle) => cycle.fails);
    expect(fails({ arrivals: 'poisson', holdMs: 5, holds: 'exponential' })).toEqual(fails({}));
  });
});

test('hold times scatter around their mean', () => {
  const uniform = drawn({ holdMs: 1_000, holds: 'uniform' }).map(({ holdMs }) => holdMs);
  expect(mean(uniform) / 1_000).toBeCloseTo(1, 1);
  expect(Math.max(...uniform)).toBeLessThanOrEqual(2_000);
  const exponential = drawn({ holdMs: 1_000, holds: 'exponential' }).map(({ holdMs }) => holdMs);
  expect(deviation(exponential) / 1_000).toBeCloseTo(1, 1);
});

test('users who think open again when they have thought', async () => {
  const { timeline, cycles } = await soak('emulated', {
    ...LOAD,
    failureRate: 0,
    everyMs: 1,
    holdMs: 4_000,
    thinkMs: 6_000,
    concurrency: 2,
    cycles: 20,
  });
  // Two users, ten seconds a round: twenty cycles are ten rounds.
  expect(cycles).toBe(20);
  expect(timeline.at(-1)?.ms).toBeGreaterThanOrEqual(99_000);
  expect(timeline.at(-1)?.ms).toBeLessThanOrEqual(101_000);
});

describe('a trace', () => {
  const trace = [
    { atMs: 0, holdMs: 1_000, fails: false },
    { atMs: 500, holdMs: 0, fails: true },
    { atMs: 4_000, holdMs: 0, fails: false },
  ];

  test('is played as it was seen', async () => {
    const report = await soak('emulated', { ports: '5000-5019', trace });
    expect(report).toMatchObject({ cycles: 3, opened: 2, failed: 1, ports: { leaked: 1 }, settings: { traced: 3 } });
    expect(report.timeline.map(({ ms }) => ms)).toEqual([0, 500, 4_000, 4_000]);
  });

  test('can be played again from its start', async () => {
    expect(await soak('emulated', { ports: '5000-5019', trace, cycles: 7 })).toMatchObject({ cycles: 7, failed: 2 });
  });

  test('comes out of the uses of ports that a capture shows, without those that only asked the mapper', () => {
    const use = (ms: number, endMs: number, outcome: 'closed' | 'failed' | 'open' | 'mapped') => ({
      ms,
      endMs,
      outcome,
    });
    expect(
      traceOf([use(900, 950, 'failed'), use(100, 350, 'closed'), use(200, 210, 'mapped'), use(1_000, 2_000, 'open')]),
    ).toEqual([
      { atMs: 0, holdMs: 250, fails: false },
      { atMs: 800, holdMs: 0, fails: true },
      { atMs: 900, holdMs: 1_000, fails: false },
    ]);
  });

  test('that is empty or runs backwards is refused', async () => {
    await expect(soak('emulated', { trace: [] })).rejects.toThrow('the trace has no opens');
    await expect(soak('emulated', { trace: trace.toReversed() })).rejects.toThrow(
      'open 2 of the trace is out of order',
    );
  });
});

describe('the forecast of a load that no formula knows', () => {
  test('comes out of simulated runs, and holds most others', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, seed) =>
        soak('emulated', { ...LOAD, arrivals: 'poisson', onExhaustion: 'hang', seed, cycles: 5_000 }),
      ),
    );
    const { exhaustionMs, simulated } = runs[0]?.forecast ?? {};
    expect(simulated).toEqual({ runs: 100, opens: 20_000 });
    const { p05 = 0, p95 = 0 } = exhaustionMs ?? {};
    const inside = runs.filter(({ exhausted }) => (exhausted?.at.ms ?? 0) >= p05 && (exhausted?.at.ms ?? 0) <= p95);
    expect(inside.length).toBeGreaterThanOrEqual(15);
  });

  test('says within how many opens it did not come', async () => {
    const fixed = { ...LOAD, clientProfile: 'windows-2000-sp4', arrivals: 'poisson', failureRate: 0 } as const;
    expect((await soak('emulated', fixed)).forecast).toMatchObject({ exhaustionMs: null, simulated: { opens: 500 } });
  });
});

test('the same seed has the same bytes', async () => {
  const run = () => soak('emulated', { ...LOAD, cycles: 100, arrivals: 'bursty', holdMs: 500, holds: 'uniform' });
  expect(JSON.stringify(await run())).toBe(JSON.stringify(await run()));
});

test.each([
  [{ thinkMs: 5 }, /a think time is that of a number of users/],
  [{ burst: 3 }, /a burst needs bursty arrivals/],
  [{ arrivals: 'weekly' as 'poisson' }, /the arrivals cannot be "weekly"/],
  [{ holdMs: 5, holds: 'normal' as 'uniform' }, /the spread of hold times cannot be "normal"/],
])('%j is refused', async (options, message) => {
  await expect(soak('emulated', options)).rejects.toThrow(message);
});

describe('a workload file', () => {
  test('is the options of soak, with times for people', () => {
    const file = {
      every: '20s',
      arrivals: 'poisson',
      hold: 1_500,
      think: '2s',
      concurrency: 3,
      trace: [{ at: '1s', fails: true }],
    };
    expect(parseWorkload(file)).toMatchObject({
      everyMs: 20_000,
      arrivals: 'poisson',
      holdMs: 1_500,
      thinkMs: 2_000,
      concurrency: 3,
      trace: [{ atMs: 1_000, holdMs: 0, fails: true }],
    });
  });

  test.each([
    [{ evry: '2s' }, /Unrecognized key: "evry"/],
    [{ trace: [{ at: '1s' }, { hold: 1 }] }, /trace\.1\.at of the workload is wrong/],
    [{ every: 'soon' }, /not a duration: "soon"/],
    [[], /the workload is wrong/],
  ])('%j is refused, and the message says where', (file, message) => {
    expect(() => parseWorkload(file)).toThrow(message);
  });
});
