import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { userLine } from '../emulator/user-file.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { PASSWORD_VARIABLE, readPassword, withPasswordOptions } from './password.ts';

export function userCommand(context: CliContext): CommandUnknownOpts {
  const command = withPasswordOptions(new Command('user'))
    .description(
      'Prints the line of an account for the file of emulate --users: its name and NT hash, which is as good as the password. Keep the file to yourself.',
    )
    .argument('<name>', `[DOMAIN\\]name; the password comes from ${PASSWORD_VARIABLE}`)
    .action((name, options, self) =>
      context.run(self, async (run) => {
        const password = await readPassword(run.world, options);
        const line = userLine(name, password);
        password.fill(0);
        run.output.document({ schema: 'clusrpc/user/1', line }, () => line);
        return EXIT.fine;
      }),
    );
  return withCommonOptions(command);
}
