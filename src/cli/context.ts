import type { Readable } from 'node:stream';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CommonOptions } from './common-options.ts';
import { EXIT, type ExitCode, Interruption, SIGNAL_EXIT } from './exit.ts';
import { explainFailure } from './failure.ts';
import { adviceInOptionNames, inOptionNames } from './option-names.ts';
import type { TerminalStream } from './progress.ts';
import { type CommandRun, openRun } from './run.ts';
import { terminalText } from './terminal-text.ts';

/** The world around the command line; tests bring their own. */
export interface CliWorld {
  readonly stdin: Readable;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted with an Interruption when the user wants an end. */
  readonly signal: AbortSignal;
}

/** What a command does: prints its result and says how it went. */
export type CommandBody = (run: CommandRun) => ExitCode | Promise<ExitCode>;

/** Given to every command: runs its body with output, log and progress as the common options say. */
export class CliContext {
  readonly world: CliWorld;
  /** Without node and script. */
  readonly argv: readonly string[];
  exitCode: number = EXIT.fine;
  /** Every command, loaded: for what is made of all of them. */
  commands: () => Promise<readonly CommandUnknownOpts[]> = async () => [];

  constructor(world: CliWorld, argv: readonly string[]) {
    this.world = world;
    this.argv = argv;
  }

  /** For the action of a command. Never rejects: what the body throws becomes a message and an exit code. */
  async run(command: CommandUnknownOpts, body: CommandBody): Promise<void> {
    const options = command.opts() as CommonOptions;
    const { signal } = this.world;
    try {
      const run = await openRun(this.world, options, this.argv, (text) => adviceInOptionNames(text, command));
      try {
        this.exitCode = await body(run);
      } finally {
        await run.close();
      }
    } catch (error) {
      if (signal.aborted && isAbort(error)) this.exitCode = EXIT.fine;
      else this.exitCode = this.fail(error, options.logLevel === 'debug', (text) => inOptionNames(text, command));
    }
    const reason: unknown = signal.reason;
    if (reason instanceof Interruption && this.exitCode !== EXIT.defect) this.exitCode = SIGNAL_EXIT[reason.by];
  }

  /** Says on stderr what went wrong. */
  fail(error: unknown, debug = false, worded = (text: string) => text): ExitCode {
    const { code, message } = explainFailure(error, debug);
    if (message !== '') this.world.stderr.write(`${terminalText(code === EXIT.defect ? message : worded(message))}\n`);
    return code;
  }
}

/** An end that was asked for, whichever room noticed it. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isAbort(error.cause));
}
