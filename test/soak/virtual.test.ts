import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FailureKind,
  type SoakFailureKind,
  type SoakOptions,
  type SoakReport,
  soak,
} from '../../src/soak/index.ts';
import { naiveModel } from './naive-model.ts';

/** The load of the second thing that the project must show. */
const LOAD = { ports: '5000-5019', failureRate: 0.2, cycles: 500, seed: 7, time: 'virtual' } as const;

const RPC_S_OUT_OF_RESOURCES = { code: 1721, symbol: 'RPC_S_OUT_OF_RESOURCES' };

describe('twenty ports, one open in five fails', () => {
  test('service pack 3 at one open each 20 s loses every port and is exhausted with 1721', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, clientProfile: 'windows-2000-sp3' });
    expect(report.ports).toMatchObject({ pool: 20, leaked: 20, inUse: 0, closing: 0, recycled: 0 });
    expect(report.failed).toBe(20);
    expect(report.exhausted?.error).toEqual(RPC_S_OUT_OF_RESOURCES);
    expect(report.refused).toBeGreaterThan(0);
    expect(report.ended).toBe('cycles');
    expect(report.cycles).toBe(500);
  });

  test.each(['windows-2000-sp4', 'windows-2000-sp3-kb814622'] as const)('%s carries the same load', async (profile) => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, clientProfile: profile });
    expect(report).toMatchObject({ refused: 0, exhausted: null, stalls: { count: 0, longestMs: 0, first: null } });
    expect(report.ports.leaked).toBe(0);
    expect(report.failed).toBeGreaterThan(50);
    expect(report.ports.peak).toBe(12);
    expect(report.forecast).toEqual({ firstRefusalMs: null, exhaustionMs: null });
  });

  test('service pack 4 at one open each 100 ms stalls and is not exhausted', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 100, clientProfile: 'windows-2000-sp4' });
    expect(report.exhausted).toBeNull();
    expect(report.ports.leaked).toBe(0);
    expect(report.stalls.count).toBe(1);
    const first = report.stalls.first;
    const { p05 = Number.NaN, p95 = Number.NaN } = report.forecast.firstRefusalMs ?? {};
    expect(first?.ms).toBeGreaterThanOrEqual(p05);
    expect(first?.ms).toBeLessThanOrEqual(p95);
    expect(report.refused).toBe(500 - report.opened - report.failed);
  });

  test('a stall passes when ports recycle, and comes again', async () => {
    const report = await soak('emulated', {
      ...LOAD,
      everyMs: 1_000,
      failureRate: 0,
      clientProfile: 'windows-2000-sp4',
    });
    expect(report.stalls).toEqual({ count: 2, longestMs: 220_000, first: { cycle: 21, ms: 20_000 } });
    // Twenty opens from 0 s on, twenty more from 240 s on, and the last twenty from 480 s to 499 s.
    expect(report.opened).toBe(60);
  });

  test('strict without any failure opens exactly as often as there are ports', async () => {
    const report = await soak('emulated', { ...LOAD, failureRate: 0, clientProfile: 'strict' });
    expect(report).toMatchObject({ opened: 20, closed: 20, failed: 0, refused: 480 });
    expect(report.exhausted?.at).toEqual({ cycle: 21, ms: 20_000 });
    expect(report.ports).toMatchObject({ recycled: 20, leaked: 0, peak: 20 });
  });

  test('strict readings apply to a fixed machine too', async () => {
    const options = { ...LOAD, failureRate: 0, clientProfile: 'windows-2000-sp4', reuse: 'never' } as const;
    expect(await soak('emulated', options)).toMatchObject({ opened: 20, exhausted: { at: { cycle: 21 } } });
  });
});

describe('failure kinds', () => {
  const KINDS: readonly [SoakFailureKind, FailureKind, number][] = [
    ['no-memory', 'no-memory', 0],
    ['no-memory-socket', 'no-memory', 0],
    ['no-memory-call', 'no-memory', 0],
    ['no-answer', 'no-answer', 30_000],
    ['reject', 'reject', 1],
    ['callback', 'callback-failed', 15_000],
  ];

  test.each(KINDS)('%s leaks on its own', async (failureKind, leak, ms) => {
    const options = { ...LOAD, failureKind, everyMs: 60_000, cycles: 100, clientProfile: 'windows-2000-sp3' } as const;
    const alone = await soak('emulated', { ...options, leakOn: [leak] });
    expect(alone.ports.leaked).toBe(Math.min(alone.failed, 20));
    expect(alone.ports.leaked).toBeGreaterThan(5);
    const others = KINDS.map(([, kind]) => kind).filter((kind) => kind !== leak);
    expect((await soak('emulated', { ...options, leakOn: others })).ports.leaked).toBe(0);
    expect((await soak('emulated', { ...options, clientProfile: 'windows-2000-sp4' })).ports.leaked).toBe(0);
    expect(alone.settings.failureMs[failureKind]).toBe(ms);
  });

  test.each(KINDS)('%s holds its port for its time', async (failureKind, _leak, ms) => {
    const steps: { outcome: string; ms: number }[] = [];
    const onStep: SoakOptions['onStep'] = (step) => steps.push(step);
    await soak('emulated', {
      ports: '5000',
      failureRate: 1,
      failureKind,
      everyMs: 40_000,
      cycles: 3,
      clientProfile: 'windows-2000-sp4',
      onStep,
    });
    expect(steps.map((step) => step.ms)).toEqual([ms, 40_000 + ms, 80_000 + ms]);
    expect(steps.map((step) => step.outcome)).toEqual(['failed', 'failed', 'failed']);
  });

  test.each([
    ['no-memory-binding', 'takes no port', { closing: 0, recycled: 0, leaked: 0 }],
    ['no-memory-handle', 'closes its port', { closing: 1, recycled: 4, leaked: 0 }],
  ] as const)('%s %s, and leaks none on any machine', async (failureKind, _what, ports) => {
    for (const clientProfile of ['windows-2000-sp3', 'strict'] as const) {
      const options = { ports: '5000-5009', failureRate: 1, failureKind, everyMs: 100_000, cycles: 5 } as const;
      const report = await soak('emulated', { ...options, clientProfile, reuse: 'never' });
      expect(report).toMatchObject({ opened: 0, failed: 5, refused: 0, ports: { pool: 10, inUse: 0, leaked: 0 } });
      const { closing, recycled } = report.ports;
      expect(closing + recycled).toBe(ports.closing + ports.recycled);
      expect(report.forecast.exhaustionMs?.p50).toBe(failureKind === 'no-memory-handle' ? 1_000_000 : undefined);
    }
  });

  test('opens that fail before they take a port put off the end of one that uses no port twice, as was forecast', async () => {
    const options = { ports: '5000-5039', clientProfile: 'strict', failureKind: 'no-memory-binding' } as const;
    const ends: number[] = [];
    let inside = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { exhausted, forecast } = await soak('emulated', { ...options, failureRate: 0.5, cycles: 200, seed });
      const { p05 = 0, p95 = 0 } = forecast.exhaustionMs ?? {};
      const ms = exhausted?.at.ms ?? Number.NaN;
      ends.push(ms);
      if (ms >= p05 && ms <= p95) inside++;
    }
    expect(inside).toBeGreaterThan(170);
    const median = ends.toSorted((a, b) => a - b)[100] ?? Number.NaN;
    // Forty ports, every second open takes one, one open a second.
    expect(Math.abs(median / 80_000 - 1)).toBeLessThan(0.05);
  });

  test('other times than the usual ones can be said', async () => {
    const options = {
      ports: '5000-5004',
      failureRate: 1,
      failureKind: 'no-answer',
      failureMs: { 'no-answer': 5 },
    } as const;
    const report = await soak('emulated', { ...options, cycles: 1 });
    expect(report.timeline.at(-1)).toEqual({ ms: 5, inUse: 0, closing: 0, recycled: 0, leaked: 1 });
  });
});

describe('a program that waits for its port', () => {
  test('stands still for good on service pack 3, and the run ends there', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, onExhaustion: 'hang' });
    expect(report.ended).toBe('standstill');
    expect(report.ports.leaked).toBe(20);
    expect(report.refused).toBe(0);
    expect(report.exhausted?.at.cycle).toBe(report.cycles + 1);
    expect(report.exhausted?.error).toEqual(RPC_S_OUT_OF_RESOURCES);
    expect(report.timeline.at(-1)?.ms).toBe(report.exhausted?.at.ms);
  });

  test('is late on service pack 4, and comes to its end', async () => {
    const report = await soak('emulated', {
      ...LOAD,
      everyMs: 100,
      onExhaustion: 'hang',
      clientProfile: 'windows-2000-sp4',
    });
    expect(report).toMatchObject({ ended: 'cycles', cycles: 500, refused: 0, exhausted: null });
    expect(report.stalls.count).toBeGreaterThan(100);
    expect(report.stalls.longestMs).toBeLessThanOrEqual(240_000);
  });

  test('stands still at the first open after the last port where none is used twice', async () => {
    const report = await soak('emulated', {
      ...LOAD,
      clientProfile: 'strict',
      failureRate: 0,
      holdMs: 60_000,
      onExhaustion: 'hang',
    });
    expect(report).toMatchObject({
      ended: 'standstill',
      cycles: 20,
      opened: 20,
      exhausted: { at: { cycle: 21, ms: 20_000 } },
    });
  });
});

describe('the pace', () => {
  test('no more cycles are under way than the concurrency allows', async () => {
    const report = await soak('emulated', {
      ...LOAD,
      failureRate: 0,
      everyMs: 1_000,
      holdMs: 10_000,
      concurrency: 2,
      cycles: 10,
    });
    expect(report.ports.peak).toBeGreaterThan(2);
    expect(Math.max(...report.timeline.map(({ inUse }) => inUse))).toBeLessThanOrEqual(2);
    // Two at a time, ten seconds each.
    expect(report.timeline.at(-1)?.ms).toBe(51_000);
  });

  test('nothing is opened after the duration', async () => {
    const report = await soak('emulated', { ports: '5000-5099', everyMs: 1_000, durationMs: 10_000, holdMs: 500 });
    expect(report).toMatchObject({ ended: 'duration', cycles: 10, closed: 10 });
    expect(report.timeline.at(-1)?.ms).toBe(9_500);
  });

  test('without a pace it is half of what the ports sustain', async () => {
    const report = await soak('emulated', { ports: '5000-5019', clientProfile: 'windows-2000-sp4', cycles: 100 });
    expect(report.settings.everyMs).toBe(24_000);
    expect(report.ports.peak).toBe(10);
    expect((await soak('emulated', { clientProfile: 'strict', cycles: 1 })).settings.everyMs).toBe(1_000);
  });
});

describe('any load', () => {
  const load = fc.record({
    pool: fc.integer({ min: 1, max: 30 }),
    cycles: fc.integer({ min: 1, max: 400 }),
    everyMs: fc.integer({ min: 1, max: 30_000 }),
    holdMs: fc.constantFrom(0, 0, 7, 1_500, 70_000),
    recycleAfterMs: fc.constantFrom(0, 500, 240_000),
    failureRate: fc.constantFrom(0, 0.05, 0.3, 1),
    failedMs: fc.constantFrom(0, 3, 30_000),
    leaks: fc.boolean(),
    reuses: fc.boolean(),
    seed: fc.nat(),
  });

  test('counts as a model that looks at every port does', async () => {
    await fc.assert(
      fc.asyncProperty(load, async (naive) => {
        const report = await soak('emulated', optionsOf(naive));
        const { exhaustedAt, ...counts } = naiveModel(naive);
        expect({ opened: report.opened, failed: report.failed, refused: report.refused }).toEqual(counts);
        expect(report.exhausted?.at.cycle ?? null).toBe(exhaustedAt);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('keeps the promises of the document, waiting or not, and gives the same bytes again', async () => {
    const more = fc.record({
      concurrency: fc.constantFrom(undefined, 1, 3),
      onExhaustion: fc.constantFrom('fail', 'hang'),
    });
    await fc.assert(
      fc.asyncProperty(load, more, async (naive, rest) => {
        const options = { ...optionsOf(naive), ...(rest as Partial<SoakOptions>) };
        const report = await soak('emulated', options);
        expectPromises(report);
        expect(JSON.stringify(await soak('emulated', options))).toBe(JSON.stringify(report));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  function optionsOf(naive: Parameters<typeof naiveModel>[0]): SoakOptions {
    return {
      ...naive,
      ports: `5000-${4_999 + naive.pool}`,
      clientProfile: naive.leaks ? 'windows-2000-sp2' : 'windows-2000-sp4',
      reuse: naive.reuses ? 'by-process' : 'never',
      failureKind: 'no-answer',
      failureMs: { 'no-answer': naive.failedMs },
    };
  }
});

test('a run of a hundred thousand cycles keeps a thousand points in order, the first and the last among them', async () => {
  const report = await soak('emulated', {
    ...LOAD,
    cycles: 100_000,
    everyMs: 20_000,
    clientProfile: 'windows-2000-sp4',
  });
  expect(report.timeline.length).toBeGreaterThan(500);
  expect(report.timeline[0]).toEqual({ ms: 0, inUse: 0, closing: 0, recycled: 0, leaked: 0 });
  expect(report.timeline.at(-1)?.ms).toBe(99_999 * 20_000);
  expectPromises(report);
});

test('an abort ends the run with what happened so far', async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const report = await soak('emulated', { cycles: 1e12, signal: controller.signal });
  expect(report.ended).toBe('aborted');
  expect(report.cycles).toBeGreaterThan(0);
  expectPromises(report);
});

function expectPromises(report: SoakReport): void {
  expect(report.cycles).toBe(report.opened + report.failed + report.refused);
  expect(report.closed).toBeLessThanOrEqual(report.opened);
  expect(report.timeline.length).toBeLessThanOrEqual(1_000);
  expect(report.latencyMs).toBeNull();
  let before = 0;
  for (const { ms, inUse, closing, recycled, leaked } of report.timeline) {
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(inUse + closing + recycled + leaked).toBeLessThanOrEqual(report.ports.pool);
    before = ms;
  }
  const { pool, peak, ...ports } = report.ports;
  expect(report.timeline.at(-1)).toEqual({ ms: before, ...ports });
  expect(peak).toBeLessThanOrEqual(pool);
}
