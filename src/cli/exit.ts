import { LocalMisuseError } from '../status/errors.ts';

/** What the exit code of a command means: scripts and monitoring rely on it. */
export const EXIT = {
  /** Asked and fine. */
  fine: 0,
  /** Asked and not fine: a stage failed, a port leaked, an open was refused. */
  notFine: 1,
  /** The command line or an input file is wrong. */
  usage: 2,
  /** Cannot tell: not enough evidence, no answer of any kind. */
  unknown: 3,
  /** A defect of ours. */
  defect: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ended from outside: 128 and the number of the signal, as a shell reports it. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

export type EndSignal = keyof typeof SIGNAL_EXIT;

/** Why the signal of a command is aborted. Commands print what they have and return; nobody needs to catch it. */
export class Interruption extends Error {
  readonly by: EndSignal;

  constructor(by: EndSignal) {
    super(`ended by ${by}`);
    this.name = 'AbortError';
    this.by = by;
  }
}

/** The command line or an input file is wrong: say what and where. Exit 2. */
export function usageError(message: string, advice?: string): LocalMisuseError {
  return new LocalMisuseError(message, {
    code: 'ERR_CLUSRPC_INVALID_OPTION',
    ...(advice !== undefined && { advice }),
  });
}

/** Several targets: 1 if any is 1, else 3 if any is 3, else 0. */
export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  for (const code of [EXIT.defect, EXIT.usage, EXIT.notFine, EXIT.unknown]) if (all.has(code)) return code;
  return EXIT.fine;
}
