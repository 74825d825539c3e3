import { failuresLeak } from './failures.ts';
import { hasFormula, isModelled } from './forecast.ts';
import type { ForecastQuantiles, SoakForecast, SoakReport } from './report.ts';
import type { SoakPlan } from './settings.ts';
import { Tally } from './tally.ts';
import { runVirtually, VirtualRun } from './virtual.ts';

const SIMULATIONS = 100;
/** Opens of one of them; a cure is real code with promises, which takes its time. */
const MOST_OPENS = { naive: 20_000, cure: 500 } as const;

/** The report of a plan; where no formula knows the load or the cure, its forecast is what becomes of many runs of it. */
export async function withSimulation(plan: SoakPlan, report: SoakReport): Promise<SoakReport> {
  const { clientProfile, traced, programs } = plan.settings;
  const isKnown = clientProfile !== null && traced === null && programs === 1 && isModelled(plan.settings);
  const isSimulated = isKnown && !hasFormula(plan.settings);
  return isSimulated && report.ended !== 'aborted' ? { ...report, forecast: await simulated(plan) } : report;
}

interface Ends {
  readonly refusedMs: number | null;
  readonly exhaustedMs: number | null;
}

async function simulated({ settings, ...rest }: SoakPlan): Promise<SoakForecast> {
  const { strategy, reuse, cycles, seed } = settings;
  const isNaive = strategy === 'naive';
  const most = isNaive ? MOST_OPENS.naive : MOST_OPENS.cure;
  const canExhaust = reuse === 'never' || (failuresLeak(settings) && settings.failureRate > 0);
  // Where no port is lost, nothing happens after the run that did not happen in it.
  const opens = isNaive && canExhaust ? most : Math.min(cycles ?? most, most);
  const runs: Ends[] = [];
  for (let run = 1; run <= SIMULATIONS; run++) {
    // Seeds of their own: what is forecast does not know this run's failures.
    const own = { ...settings, cycles: opens, durationMs: null, seed: seed + 1_000_003 * run };
    runs.push(isNaive ? naiveEnds({ ...rest, settings: own }, canExhaust) : await cureEnds({ ...rest, settings: own }));
  }
  return {
    firstRefusalMs: quantilesOf(runs.map(({ refusedMs, exhaustedMs }) => refusedMs ?? exhaustedMs)),
    exhaustionMs: quantilesOf(runs.map(({ exhaustedMs }) => exhaustedMs)),
    simulated: { runs: SIMULATIONS, opens },
  };
}

function naiveEnds(plan: SoakPlan, canExhaust: boolean): Ends {
  const tally = new Tally(plan.settings);
  const run = new VirtualRun(plan, tally);
  const isDone = ({ refusedMs, exhaustedMs }: Ends) => exhaustedMs !== null || (!canExhaust && refusedMs !== null);
  while (!isDone(tally.ends) && run.go(200) === null);
  return tally.ends;
}

async function cureEnds(plan: SoakPlan): Promise<Ends> {
  const { stalls, exhausted } = await runVirtually(plan, {});
  return { refusedMs: stalls.first?.ms ?? null, exhaustedMs: exhausted?.at.ms ?? null };
}

/** null where one run in twenty or more did not come so far. */
function quantilesOf(times: readonly (number | null)[]): ForecastQuantiles | null {
  const sorted = times.map((ms) => ms ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] as number;
  const quantiles = { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
  return Number.isFinite(quantiles.p95) ? quantiles : null;
}
