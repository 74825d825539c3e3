import { describe, expect, test } from 'vitest';
import { type SoakOptions, soak } from '../../src/soak/index.ts';

const LEAK: SoakOptions = {
  ports: '5000-5019',
  everyMs: 20_000,
  failureRate: 0.2,
  onExhaustion: 'hang',
  clientProfile: 'windows-2000-sp3',
  seed: 7,
};
const TOO_FAST: SoakOptions = { ports: '5000-5019', everyMs: 6_000, onExhaustion: 'hang', seed: 7 };

describe('a naive program hangs, and on the same seed', () => {
  test.each(['cached-handle', 'recycled-process'] as const)('%s goes on a hundred times as long', async (strategy) => {
    const naive = await soak('emulated', { ...LEAK, cycles: 100_000 });
    expect(naive).toMatchObject({ ended: 'standstill', ports: { leaked: 20 } });
    const cycles = 100 * naive.cycles;
    const cured = await soak('emulated', { ...LEAK, strategy, cycles });
    expect(cured).toMatchObject({ ended: 'cycles', cycles, refused: 0, exhausted: null, stalls: { count: 0 } });
    expect(cured.ports.leaked).toBeLessThan(20);
    // What fails is what the load makes fail, and nothing else.
    expect(cured.failed).toBeLessThanOrEqual(strategy === 'cached-handle' ? 1 : 0.22 * cycles);
  });

  test('gated never stalls where naive opens faster than ports come back', async () => {
    const naive = await soak('emulated', { ...TOO_FAST, cycles: 1_000 });
    expect(naive.stalls.first?.cycle).toBe(21);
    const gated = await soak('emulated', { ...TOO_FAST, strategy: 'gated', cycles: 2_100 });
    expect(gated).toMatchObject({ ended: 'cycles', opened: 2_100, failed: 0, refused: 0, stalls: { count: 0 } });
    expect(gated.ports.peak).toBe(20);
  });

  test('gated cannot stop the leak, but the program learns that no port is left instead of hanging', async () => {
    const report = await soak('emulated', { ...LEAK, strategy: 'gated', cycles: 500 });
    expect(report).toMatchObject({ ended: 'cycles', failed: 20, stalls: { count: 0 }, ports: { leaked: 20 } });
    expect(report.refused).toBe(500 - report.opened - 20);
  });
});

test.each([
  ['cached-handle', 'not within 300 opens', { strategy: 'cached-handle' }],
  ['a handle that is opened for each use, which leaks', 'a band', { strategy: 'cached-handle', everyMs: 90_000 }],
  ['recycled-process', 'not within 300 opens', { strategy: 'recycled-process' }],
  ['an uneven load on real time', 'a band', { time: 'real', everyMs: 2, recycleAfterMs: 1, arrivals: 'poisson' }],
] as const satisfies readonly (readonly [string, string, SoakOptions])[])(
  'what no formula knows is forecast out of many runs: %s, %s',
  async (_what, expected, change) => {
    const { forecast } = await soak('emulated', { ...LEAK, failureKind: 'no-memory', cycles: 300, ...change });
    expect(forecast.simulated?.runs).toBe(100);
    const { p05 = 0, p50 = 0, p95 = 0 } = forecast.exhaustionMs ?? {};
    expect(forecast.exhaustionMs !== null).toBe(expected === 'a band');
    if (expected !== 'a band') return;
    expect(p05).toBeGreaterThan(0);
    expect(p05 < p50 && p50 < p95).toBe(true);
  },
);

test('by the letter of the article no port serves twice: only the end of processes helps', async () => {
  const load: SoakOptions = { ...LEAK, clientProfile: 'strict', onExhaustion: 'fail', cycles: 2_000 };
  expect((await soak('emulated', load)).opened).toBeLessThanOrEqual(20);
  expect(await soak('emulated', { ...load, strategy: 'recycled-process' })).toMatchObject({
    refused: 0,
    exhausted: null,
  });
});

test('a seed gives the same bytes with every strategy', async () => {
  for (const strategy of ['cached-handle', 'gated', 'recycled-process'] as const) {
    const run = () => soak('emulated', { ...LEAK, strategy, cycles: 200, holdMs: 5_000, failureKind: 'reject' });
    expect(JSON.stringify(await run())).toBe(JSON.stringify(await run()));
  }
});

test.each(['cached-handle', 'gated', 'recycled-process'] as const)('%s on real sockets', async (strategy) => {
  const report = await soak('emulated', {
    strategy,
    time: 'real',
    ports: '5000-5031',
    recycleAfterMs: 300,
    everyMs: 20,
    cycles: 80,
    failureRate: 0.1,
    failureKind: 'reject',
    seed: 7,
  });
  expect(report).toMatchObject({ ended: 'cycles', cycles: 80, refused: 0, exhausted: null, stalls: { count: 0 } });
  expect(report.latencyMs?.p50).toBeGreaterThan(0);
});
