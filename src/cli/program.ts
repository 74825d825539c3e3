import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { commandFirst } from './common-options.ts';
import { CliContext, type CliWorld } from './context.ts';
import { examplesText } from './examples.ts';
import { EXIT, usageError } from './exit.ts';
import { asksForDebug } from './failure.ts';
import { packageVersion } from './origin.ts';
import { terminalText } from './terminal-text.ts';

/** Runs one command line, `argv` without node and script, and resolves with the exit code. Never rejects. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<number> {
  const context = new CliContext(world, argv);
  try {
    const words = commandFirst(argv);
    const program = await createProgram(new Set(words.slice(0, 2)), context);
    if (words.length === 0) program.help({ error: true });
    await program.parseAsync(words, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    return context.fail(error, asksForDebug(argv));
  }
}

/** With every command loaded, as the man page needs it. */
export function wholeProgram(world: CliWorld): Promise<CommandUnknownOpts> {
  return createProgram(ALL, new CliContext(world, []));
}

const ALL: ReadonlySet<string> = new Set(COMMANDS.map(({ name }) => name));

/** Only the commands that are named are loaded; of the others the help needs no more than their summary. */
async function createProgram(named: ReadonlySet<string>, context: CliContext): Promise<CommandUnknownOpts> {
  const { stdout, stderr } = context.world;
  const program = new Command('clusrpc')
    .description('Opens Windows clusters over datagram RPC, says why that fails, and emulates the leak of KB814622.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(terminalText(text)),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  context.commands = async () => (await createProgram(ALL, context)).commands;
  for (const entry of COMMANDS) {
    const command = named.has(entry.name) ? await load(entry, context) : new Command(entry.name);
    command.copyInheritedSettings(program);
    command.summary(entry.summary);
    if (command.description() === '') command.description(sentence(entry.summary));
    command.addHelpText('after', examplesText(entry.name));
    command.showHelpAfterError(`(clusrpc ${entry.name} --help lists the options)`);
    program.addCommand(command);
  }
  return program;
}

const EXIT_CODES = `
Exit codes: 0 asked and fine, 1 asked and not fine, 2 wrong command line or input, 3 cannot tell,
70 a defect of clusrpc, 130 ended by Ctrl-C.`;

async function load(entry: CommandEntry, context: CliContext): Promise<CommandUnknownOpts> {
  if (entry.load !== null) return (await entry.load())(context);
  return new Command(entry.name)
    .description(`${sentence(entry.summary)} Not in this version.`)
    .argument('[anything...]')
    .allowUnknownOption()
    .action(() => {
      throw usageError(`the command ${entry.name} is not in this version of clusrpc`);
    });
}

function sentence(summary: string): string {
  const first = summary.charAt(0).toUpperCase() + summary.slice(1);
  return first.endsWith('?') ? first : `${first}.`;
}
