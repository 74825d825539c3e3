import { type SoakOptions, soak } from '../../src/soak/index.ts';
import type { SoakReport } from '../../src/soak/report.ts';

export interface Scenario {
  readonly name: string;
  readonly load: SoakOptions;
}

const PROFILES = ['windows-2000-sp3', 'windows-2000-sp4', 'strict'] as const;
const KINDS = ['no-memory', 'no-answer'] as const;
const STRATEGIES = ['naive', 'cached-handle', 'gated', 'recycled-process'] as const;

/** Client profiles, kinds of failure and strategies: twenty ports, one open each 20 s, one in five of which fails. */
export const SCENARIOS: readonly Scenario[] = PROFILES.flatMap((clientProfile) =>
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
        cycles: 3_000,
        seed: 7,
      },
    })),
  ),
);

export interface ScenarioRow {
  readonly name: string;
  readonly report: SoakReport;
}

export function runScenarios(): Promise<readonly ScenarioRow[]> {
  return Promise.all(SCENARIOS.map(async ({ name, load }) => ({ name, report: await soak('emulated', load) })));
}

const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;

/** The table as text, the forecast beside what happened. */
export function scenarioTable(rows: readonly ScenarioRow[]): string {
  const lines = rows.map(({ name, report: { exhausted, ports, refused, settings, forecast } }) => {
    const { exhaustionMs } = forecast;
    const told =
      settings.strategy !== 'naive'
        ? ''
        : exhaustionMs === null
          ? 'never'
          : `${minutes(exhaustionMs.p05)} to ${minutes(exhaustionMs.p95)}, most likely ${minutes(exhaustionMs.p50)}`;
    const happened = exhausted === null ? 'never' : minutes(exhausted.at.ms);
    return `${name.padEnd(45)}${happened.padStart(10)}${String(ports.peak).padStart(6)}${String(ports.leaked).padStart(8)}${String(refused).padStart(9)}   ${told}`;
  });
  const head = `${'profile          failure   strategy'.padEnd(45)}${'exhausted'.padStart(10)}${'peak'.padStart(6)}${'leaked'.padStart(8)}${'refused'.padStart(9)}   forecast`;
  return [head, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}
