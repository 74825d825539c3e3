/** The table of 24 scenarios: when each is exhausted, its ports, the forecast beside it, and how well it fits a thousand other runs. */
import { runScenarios, scenarioTable } from '../../test/lab/scenarios.ts';

const rows = await runScenarios(Number(process.argv[2] ?? 1_000));
process.stdout.write(scenarioTable(rows));
const MOST_OFF = 0.05;
const LEAST_COVERED = 0.85;
if (rows.some(({ medianOff, covered }) => medianOff > MOST_OFF || covered < LEAST_COVERED)) process.exitCode = 1;
