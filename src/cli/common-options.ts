import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { usageError } from './exit.ts';
import { oneOf } from './values.ts';

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'verbose', 'debug'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/** A type and no interface: only so does it fit what commander says options are. */
export type CommonOptions = {
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly color: boolean;
  readonly pcap?: string;
  readonly pcapSecrets?: boolean;
  readonly html?: string;
};

/** What of the common options a command can do beside `--json` and the log. */
export interface CommandFeatures {
  /** Its results come one by one. */
  readonly ndjson?: boolean;
  /** It sends and receives datagrams. */
  readonly pcap?: boolean;
  /** It has a page to write: `run.html`. */
  readonly html?: boolean;
}

/** Adds the options that commands share, and `--help` below them. */
export function withCommonOptions(command: CommandUnknownOpts, features: CommandFeatures = {}): CommandUnknownOpts {
  const json = new Option('--json', 'print one JSON document instead of text');
  command.addOption(features.ndjson === true ? json.conflicts('ndjson') : json);
  if (features.ndjson === true) command.option('--ndjson', 'print one JSON document a line, as results come');
  if (features.pcap === true)
    command
      .option('--pcap <file>', 'write what goes over the wire, as pcapng')
      .option('--pcap-secrets', 'with the responses and keys of a logon, from which a password can be guessed');
  const level = new Option('--log-level <level>', `what to log on stderr: ${LOG_LEVELS.join(', ')}`)
    .argParser(oneOf(LOG_LEVELS))
    .default('warn');
  command.addOption(level);
  command.option('--log-file <file>', 'log into this file too');
  command.option('--no-color', 'no colours');
  if (features.html === true) command.option('--html <file>', 'write the result as a page that stands alone');
  else laterOptions(command, ['--html <file>']);
  return command;
}

/** The words with the common options that stand before the command behind its name, where commander looks for them. */
export function commandFirst(argv: readonly string[]): readonly string[] {
  const { options } = withCommonOptions(new Command(), { ndjson: true, pcap: true, html: true });
  let at = 0;
  while (at < argv.length) {
    const [flag, value] = (argv[at] as string).split('=', 2);
    const option = options.find(({ long }) => long === flag);
    if (option === undefined) break;
    at += option.required && value === undefined ? 2 : 1;
  }
  const name = argv[at];
  return name === undefined || name.startsWith('-') ? argv : [name, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

/** Options that are promised and not there yet: hidden, and an error when someone uses them. */
export function laterOptions(command: CommandUnknownOpts, flags: readonly string[]): void {
  for (const each of flags) {
    const option = new Option(each).hideHelp();
    command.addOption(option);
    command.on(`option:${option.name()}`, () => {
      throw usageError(`${option.long ?? each} is not in this version of clusrpc`);
    });
  }
}
