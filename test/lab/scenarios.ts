import { type SoakOptions, soak } from '../../src/soak/index.ts';
import type { ForecastQuantiles, SoakReport } from '../../src/soak/report.ts';
import { planSoak } from '../../src/soak/settings.ts';
import { runVirtually } from '../../src/soak/virtual.ts';

export interface Scenario {
  readonly name: string;
  readonly load: SoakOptions;
}

const PROFILES = ['windows-2000-sp3', 'windows-2000-sp4', 'strict'] as const;
const KINDS = ['no-memory', 'no-answer'] as const;
const STRATEGIES = ['naive', 'cached-handle', 'gated', 'recycled-process'] as const;

/** Client profiles, kinds of failure and strategies: twenty ports, one open each 20 s, one in five of which fails. */
const SCENARIOS: readonly Scenario[] = PROFILES.flatMap((clientProfile) =>
  KINDS.flatMap((failureKind) =>
    STRATEGIES.map((strategy) => ({
      name: `${clientProfile.padEnd(17)}${failureKind.padEnd(10)}${strategy}`,
      load: {
        clientProfile,
        failureKind,
        strategy,
        ports: '5000-5019',
        everyMs: 20_000,
        failureRate: 0.2,
        cycles: 1_000,
        seed: 7,
      },
    })),
  ),
);

export interface ScenarioRow {
  readonly name: string;
  /** One run, with the forecast. */
  readonly report: SoakReport;
  /** How many of the runs with other seeds were not exhausted. */
  readonly never: number;
  /** The median of their exhaustion; Infinity: never. */
  readonly medianMs: number;
  /** How far the median that was forecast is from it. */
  readonly medianOff: number;
  /** The share of them inside the band that was forecast; without one the share that was never exhausted. */
  readonly covered: number;
}

/** Each scenario once, and `runs` times with other seeds. */
export async function runScenarios(runs: number): Promise<readonly ScenarioRow[]> {
  const rows: ScenarioRow[] = [];
  for (const { name, load } of SCENARIOS) {
    const report = await soak('emulated', load);
    rows.push({ name, report, ...compare(report.forecast.exhaustionMs, await exhaustions(load, report, runs)) });
  }
  return rows;
}

/** When those runs were exhausted, in order. Each goes far beyond the end of the band. */
async function exhaustions(load: SoakOptions, { forecast, settings }: SoakReport, runs: number): Promise<number[]> {
  const cycles = Math.ceil((2 * (forecast.exhaustionMs?.p95 ?? 0)) / settings.everyMs) + 100;
  const times: number[] = [];
  for (let seed = 1_001; seed <= 1_000 + runs; seed++) {
    const { exhausted } = await runVirtually(planSoak('emulated', { ...load, seed, cycles }), {});
    times.push(exhausted?.at.ms ?? Number.POSITIVE_INFINITY);
  }
  return times.sort((a, b) => a - b);
}

function compare(predicted: ForecastQuantiles | null, times: readonly number[]): Omit<ScenarioRow, 'name' | 'report'> {
  const medianMs = times[times.length >> 1] ?? Number.NaN;
  const never = times.filter((ms) => ms === Number.POSITIVE_INFINITY).length;
  if (predicted === null) {
    return { never, medianMs, medianOff: medianMs === Number.POSITIVE_INFINITY ? 0 : 1, covered: never / times.length };
  }
  const { p05, p50, p95 } = predicted;
  const covered = times.filter((ms) => ms >= p05 && ms <= p95).length / times.length;
  return { never, medianMs, medianOff: Math.abs(p50 / medianMs - 1), covered };
}

const minutes = (ms: number) => (ms === Number.POSITIVE_INFINITY ? 'never' : (ms / 60_000).toFixed(1));
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const COLUMNS: readonly (readonly [head: string, width: number, cell: (row: ScenarioRow) => string])[] = [
  ['exhausted', 10, ({ report }) => minutes(report.exhausted?.at.ms ?? Number.POSITIVE_INFINITY)],
  ['peak', 6, ({ report }) => String(report.ports.peak)],
  ['leaked', 8, ({ report }) => String(report.ports.leaked)],
  ['refused', 9, ({ report }) => String(report.refused)],
  ['forecast', 24, ({ report }) => forecastCell(report)],
  ['median of runs', 16, ({ medianMs }) => minutes(medianMs)],
  ['off', 8, ({ medianOff }) => percent(medianOff)],
  ['in the band', 13, ({ covered }) => percent(covered)],
];

function forecastCell({ forecast: { exhaustionMs } }: SoakReport): string {
  if (exhaustionMs === null) return 'never';
  const { p05, p50, p95 } = exhaustionMs;
  return `${minutes(p50)} (${minutes(p05)} to ${minutes(p95)})`;
}

/** The table as text, times in minutes: one run, the forecast beside it, and what became of the other runs. */
export function scenarioTable(rows: readonly ScenarioRow[]): string {
  const head = 'profile          failure   strategy'.padEnd(45);
  return [
    `${head}${COLUMNS.map(([title, width]) => title.padStart(width)).join('')}`,
    ...rows.map(
      (row) => `${row.name.padEnd(45)}${COLUMNS.map(([, width, cell]) => cell(row).padStart(width)).join('')}`,
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
