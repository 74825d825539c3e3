import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { collectorScript } from '../evidence/collector-script.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { count, positiveDuration } from './values.ts';

export function collectorCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('collector')
    .description(
      'Prints a batch file for Windows 2000: it copies the files, exports the keys and samples the port table that audit and watch ask for. Redirect it into collect.cmd.',
    )
    .option('--samples <n>', 'samples of netstat (default: 1600)', count(0, 1_000_000))
    .option('--every <duration>', 'time between two of them, whole seconds (default: 60s)', positiveDuration)
    .action(({ samples, every }, self) =>
      context.run(self, (run) => {
        const script = collectorScript({
          ...(samples !== undefined && { samples }),
          ...(every !== undefined && { everySeconds: Math.max(1, Math.round(every / 1000)) }),
        });
        run.output.document({ schema: 'clusrpc/collector/1', script }, () => script);
        return EXIT.fine;
      }),
    );
  return withCommonOptions(command);
}
