import { type SoakOptions, soak } from '../../src/soak/index.ts';
import type { ForecastQuantiles, SoakReport } from '../../src/soak/report.ts';

/** Eight loads on pools of which at least eight ports do not circulate: small and large pools, held and not, slow and quick failures. */
export const SETTINGS: readonly (readonly [name: string, load: SoakOptions])[] = [
  ['20 ports, 20 s, 20 %', { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2 }],
  ['20 ports, 60 s, 5 %', { ports: '5000-5019', everyMs: 60_000, failureRate: 0.05 }],
  ['50 ports, 30 s held 60 s, 2 %', { ports: '5000-5049', everyMs: 30_000, holdMs: 60_000, failureRate: 0.02 }],
  ['100 ports, 5 s held 10 s, 5 %', { ports: '5000-5099', everyMs: 5_000, holdMs: 10_000, failureRate: 0.05 }],
  ['100 ports, 10 s, 1 %', { ports: '5000-5099', everyMs: 10_000, failureRate: 0.01 }],
  [
    '40 ports, 10 s, 10 % by silence',
    { ports: '5000-5039', everyMs: 10_000, failureRate: 0.1, failureKind: 'no-answer' },
  ],
  ['200 ports, 2 s, 30 %', { ports: '5000-5199', everyMs: 2_000, failureRate: 0.3 }],
  ['16 ports, 31 s, 50 %', { ports: '5000-5015', everyMs: 31_000, failureRate: 0.5 }],
];

interface Calibration {
  readonly predicted: ForecastQuantiles;
  readonly empirical: ForecastQuantiles;
  /** How far the predicted median is from that of the runs. */
  readonly medianOff: number;
  /** The share of runs inside the predicted band. */
  readonly covered: number;
  /** Width of the predicted band by that of the empirical one. */
  readonly width: number;
}

/** Runs a load many times and compares when it ran dry with the forecast. */
async function calibrate(
  load: SoakOptions,
  runs: number,
): Promise<{ readonly firstRefusal: Calibration; readonly exhaustion: Calibration }> {
  const reports: SoakReport[] = [];
  for (let seed = 1; seed <= runs; seed++) {
    const report = await soak('emulated', { ...load, seed, cycles: 10_000_000, onExhaustion: 'hang' });
    reports.push(report);
  }
  const [first] = reports;
  if (first === undefined) throw new Error('no runs');
  return {
    firstRefusal: compare(
      first.forecast.firstRefusalMs,
      reports.map(({ stalls, exhausted }) => Math.min(stalls.first?.ms ?? Infinity, exhausted?.at.ms ?? Infinity)),
    ),
    exhaustion: compare(
      first.forecast.exhaustionMs,
      reports.map(({ exhausted }) => exhausted?.at.ms ?? Infinity),
    ),
  };
}

export interface CalibrationRow extends Calibration {
  readonly setting: string;
  readonly what: 'first refusal' | 'exhaustion';
}

export async function calibrateAll(settings: typeof SETTINGS, runs: number): Promise<readonly CalibrationRow[]> {
  const rows: CalibrationRow[] = [];
  for (const [setting, load] of settings) {
    const { firstRefusal, exhaustion } = await calibrate(load, runs);
    rows.push({ setting, what: 'first refusal', ...firstRefusal }, { setting, what: 'exhaustion', ...exhaustion });
  }
  return rows;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The table as text. */
export function calibrationTable(rows: readonly CalibrationRow[]): string {
  const line = (setting: string, what: string, ...cells: string[]) =>
    `${setting.padEnd(34)}${what.padEnd(16)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
  return [
    line('setting', 'what', 'median off', 'covered', 'width'),
    ...rows.map(({ setting, what, medianOff, covered, width }) =>
      line(setting, what, percent(medianOff), percent(covered), width.toFixed(2)),
    ),
  ].join('');
}

function compare(predicted: ForecastQuantiles | null, times: readonly number[]): Calibration {
  if (predicted === null) throw new Error('nothing was predicted');
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
  const empirical = { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
  const inside = sorted.filter((ms) => ms >= predicted.p05 && ms <= predicted.p95).length;
  return {
    predicted,
    empirical,
    medianOff: Math.abs(predicted.p50 / empirical.p50 - 1),
    covered: inside / sorted.length,
    width: (predicted.p95 - predicted.p05) / (empirical.p95 - empirical.p05),
  };
}
