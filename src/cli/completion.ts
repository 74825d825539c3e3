import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { withCommonOptions } from './common-options.ts';
import { completionScript, SHELLS, vocabularyOf } from './completion-script.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { oneOf } from './values.ts';

export function completionCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('completion')
    .description('Prints a script by which a shell completes commands, options and their values.')
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).argParser(oneOf(SHELLS)))
    .action((shell, _options, self) =>
      context.run(self, async (run) => {
        const script = completionScript(shell, vocabularyOf(await context.commands()));
        run.output.document({ schema: 'clusrpc/completion/1', shell, script }, () => script);
        return EXIT.fine;
      }),
    );
  return withCommonOptions(command);
}
