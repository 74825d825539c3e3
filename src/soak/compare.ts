import { CLIENT_PROFILES } from '../ports/profiles.ts';
import type { SoakOptions } from './options.ts';
import type { SoakVariant } from './report.ts';
import { planSoak } from './settings.ts';
import { withSimulation } from './simulation.ts';
import { STRATEGIES } from './strategies.ts';
import { runVirtually } from './virtual.ts';

/**
 * The load of `options` on virtual time, with the same seed: as a program without a cure on a machine that leaks and on one that
 * does not, and with each cure on the machine that leaks. The one that `options` describe themselves is left out.
 */
export async function soakVariants(options: SoakOptions): Promise<readonly SoakVariant[]> {
  const { clientProfile = 'windows-2000-sp3', strategy = 'naive', signal } = options;
  const leaks = CLIENT_PROFILES[clientProfile].onFailure === 'leak';
  const unfixed = leaks ? clientProfile : 'windows-2000-sp3';
  const cures = STRATEGIES.filter((each) => each !== 'naive');
  const variants = [
    { id: 'unfixed', change: { clientProfile: unfixed, strategy: 'naive' } },
    { id: 'fixed', change: { clientProfile: leaks ? 'windows-2000-sp4' : clientProfile, strategy: 'naive' } },
    ...cures.map((cure) => ({ id: cure, change: { clientProfile: unfixed, strategy: cure } }) as const),
  ] as const;
  const others = variants.filter(
    ({ change }) => change.clientProfile !== clientProfile || change.strategy !== strategy,
  );
  const reports: SoakVariant[] = [];
  for (const { id, change } of others) {
    const own = { ...options, ...change, time: 'virtual', onStep: undefined } as const;
    if (signal?.aborted === true) break;
    const plan = planSoak('emulated', own);
    reports.push({ id, report: await withSimulation(plan, await runVirtually(plan, own)) });
  }
  return reports;
}
