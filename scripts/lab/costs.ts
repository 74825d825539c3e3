/** What each cure costs in time beside a program without one, over real sockets, opens back to back: ratios within each round, the median of the rounds. */
import { type SoakOptions, soak } from '../../src/soak/index.ts';
import { STRATEGIES } from '../../src/soak/strategies.ts';

const cycles = Number(process.argv[2] ?? 1_000);
/** The first one warms up and does not count. */
const ROUNDS = 6;
/** Enough ports that nobody ever waits for one, so that only the cure itself is measured. */
const load: SoakOptions = {
  time: 'real',
  ports: '10000-19999',
  recycleAfterMs: 100,
  everyMs: 0.001,
  concurrency: 4,
  cycles,
};

const ratios = STRATEGIES.map((strategy) => ({
  strategy,
  p50: [] as number[],
  p99: [] as number[],
  rate: [] as number[],
}));
for (let round = 0; round < ROUNDS; round++) {
  let naive = { p50: 1, p99: 1, rate: 1 };
  for (const { strategy, ...of } of ratios) {
    const begun = performance.now();
    const { latencyMs, opened } = await soak('emulated', { ...load, strategy, seed: round });
    const { p50 = Number.NaN, p99 = Number.NaN } = latencyMs ?? {};
    const mine = { p50, p99, rate: opened / (performance.now() - begun) };
    if (strategy === 'naive') naive = mine;
    if (round > 0) for (const what of ['p50', 'p99', 'rate'] as const) of[what].push(mine[what] / naive[what]);
  }
}
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]?.toFixed(2) ?? '';
process.stdout.write(
  `${'beside naive'.padEnd(20)}${'latency p50'.padStart(12)}${'p99'.padStart(8)}${'opens/s'.padStart(10)}\n`,
);
for (const { strategy, p50, p99, rate } of ratios) {
  process.stdout.write(
    `${strategy.padEnd(20)}${median(p50).padStart(12)}${median(p99).padStart(8)}${median(rate).padStart(10)}\n`,
  );
}
