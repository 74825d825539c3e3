/** The table of 24 scenarios: when each is exhausted, its ports, and the forecast beside it. */
import { runScenarios, scenarioTable } from '../../test/lab/scenarios.ts';

process.stdout.write(scenarioTable(await runScenarios()));
