import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { doctor } from '../doctor.ts';
import { doctorText } from '../report/doctor-text.ts';
import type { DoctorFacts } from '../windows/doctor.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { CommandRun } from './run.ts';

export function doctorCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('doctor')
    .description('Says which backends, peers and rights this machine has, and what to do about what is missing.')
    .action((_options, self) => context.run(self, showFacts));
  return withCommonOptions(command);
}

async function showFacts({ output, style }: CommandRun): Promise<ExitCode> {
  const facts = await doctor();
  output.document(facts, () => doctorText(facts, style));
  return isFine(facts) ? EXIT.fine : EXIT.notFine;
}

/** Off Windows wire is all there can be; on Windows something should reach clusapi.dll. */
function isFine({ platform, backends }: DoctorFacts): boolean {
  return platform !== 'win32' || backends.some(({ name, available }) => available && /^(native|ffi)/.test(name));
}
