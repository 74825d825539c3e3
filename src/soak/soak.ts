import { soakVariants } from './compare.ts';
import { soakEmulated } from './emulated.ts';
import { soakHost } from './host.ts';
import type { SoakOptions } from './options.ts';
import { soakPrograms } from './programs.ts';
import type { SoakReport } from './report.ts';
import { planSoak } from './settings.ts';
import { withSimulation } from './simulation.ts';
import { runVirtually } from './virtual.ts';

/**
 * Opens and closes a cluster many times and watches the ports (KB814622). `target` is `emulated`, or the name or address of
 * a host, which is opened over the wire. An open that fails or finds no port is part of the report. Aborting ends the run
 * early and resolves with what happened so far. Throws LocalMisuseError for options that cannot be.
 */
export async function soak(target: string, options: SoakOptions = {}): Promise<SoakReport> {
  const plan = planSoak(target, options);
  if (target !== 'emulated') return soakHost(plan, options);
  if (plan.settings.programs > 1) return soakPrograms(plan, options);
  const run = plan.settings.time === 'real' ? soakEmulated : runVirtually;
  const report = await withSimulation(plan, await run(plan, options));
  return options.compare === true ? { ...report, variants: await soakVariants(options) } : report;
}
