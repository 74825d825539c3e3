import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { EXAMPLES } from '../src/cli/examples.ts';

/** Said once for all commands. */
const COMMON = ['--json', '--log-level', '--log-file', '--no-color', '--help'];

const EXIT_CODES = [
  ['0', 'Asked and fine.'],
  ['1', 'Asked and not fine: a stage failed, a port leaked, an open was refused, a configuration is invalid.'],
  ['2', 'The command line or an input file is wrong.'],
  ['3', 'Cannot tell: no answer of any kind.'],
  ['70', 'A defect of clusrpc.'],
  ['130, 141, 143', 'Ended by Ctrl-C, because nobody reads the output, or by SIGTERM.'],
] as const;

const VARIABLES = [
  ['CLUSRPC_HOSTS', 'Where names lead: NAME=ADDRESS:PORT of an endpoint mapper, with commas between.'],
  ['CLUSRPC_BACKEND', 'What openCluster takes for auto: wire, native, ffi or emulated.'],
  ['CLUSRPC_PASSWORD', 'The password for --user.'],
  ['CLUSRPC_NATIVE', 'The file of the Windows addon.'],
  ['CLUSRPC_THREADS', 'How many calls of clusapi.dll may be under way.'],
  ['NO_COLOR, FORCE_COLOR', 'No colours; colours.'],
] as const;

/** The program in man(7). */
export function manPage(program: CommandUnknownOpts): string {
  const commands = program.commands.filter((command) => command.name() !== 'help');
  const [first] = commands;
  const lines = [
    `.TH CLUSRPC 1 "" "clusrpc ${roff(program.version() ?? '')}" "User Commands"`,
    '.SH NAME',
    `clusrpc \\- ${roff(firstSmall(program.description()).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B clusrpc',
    roff('<command> [options]'),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH OPTIONS OF EVERY COMMAND',
    ...(first === undefined ? [] : optionLines(visible(first).filter((option) => COMMON.includes(option.long ?? '')))),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, text]) => item(`\\fB${code}\\fR`, text)),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, text]) => item(`\\fB${roff(name)}\\fR`, text)),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(command: CommandUnknownOpts): readonly string[] {
  const own = visible(command).filter((option) => !COMMON.includes(option.long ?? ''));
  const examples = EXAMPLES[command.name()] ?? [];
  return [
    `.SS ${roff(`${command.name()} ${command.usage()}`)}`,
    line(command.description()),
    ...command
      .createHelp()
      .visibleArguments(command)
      .flatMap((argument) => item(`\\fI${roff(argument.name())}\\fR`, argument.description)),
    ...optionLines(own),
    ...examples.flatMap(([example, purpose]) => [
      '.PP',
      line(`${purpose}:`),
      '.RS',
      '.EX',
      line(`clusrpc ${example}`),
      '.EE',
      '.RE',
    ]),
  ];
}

function visible(command: CommandUnknownOpts): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function optionLines(options: readonly Option[]): readonly string[] {
  return options.flatMap(({ flags, description }) => item(`\\fB${roff(flags)}\\fR`, description));
}

function item(head: string, text: string): readonly string[] {
  return ['.TP', head, line(text)];
}

/** A line of text: one that begins with a dot or a quote would be a request. */
function line(text: string): string {
  return roff(text).replace(/^[.']/, '\\&$&');
}

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

function firstSmall(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
