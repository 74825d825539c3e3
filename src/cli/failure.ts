import { CommanderError } from '@commander-js/extra-typings';
import { type ClusError, isClusError } from '../status/errors.ts';
import { EXIT, type ExitCode } from './exit.ts';

const REPORT_TO = 'https://www.npmjs.com/package/clusrpc';

/** What an error that ended a command means to the one who typed it. */
export interface Failure {
  readonly code: ExitCode;
  /** Lines for stderr; empty when commander has said it. */
  readonly message: string;
}

/** Whether that command line asks for stacks; for errors outside of a run, where no option has been read. */
export function asksForDebug(argv: readonly string[]): boolean {
  return /(?:^| )--log-level[ =]debug(?: |$)/.test(argv.join(' '));
}

const USAGE_CODES: ReadonlySet<string> = new Set(['ERR_CLUSRPC_INVALID_OPTION', 'ERR_CLUSRPC_INVALID_INPUT']);

/**
 * Commander's errors and wrong input are 2, what the peer or the network did is 1, no answer of any kind 3, and all the rest is a
 * defect of ours.
 * `debug` adds the stack.
 */
export function explainFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.fine : EXIT.usage, message: '' };
  const stack = debug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
  if (isClusError(error) && error.code !== 'ERR_CLUSRPC_MISUSE') {
    const code = USAGE_CODES.has(error.code) ? EXIT.usage : isSilence(error) ? EXIT.unknown : EXIT.notFine;
    const advice = error.advice === undefined ? '' : `\n${error.advice}`;
    return { code, message: `error: ${error.message}${advice}${stack}` };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const how = debug ? '' : ' The same command with --log-level debug shows where it happened.';
  return {
    code: EXIT.defect,
    message: `clusrpc failed by a defect of its own: ${text}\nPlease report it (${REPORT_TO}).${how}${stack}`,
  };
}

/** Nothing at all came back: down, filtered and "no datagram RPC" cannot be told apart. */
function isSilence(error: ClusError): boolean {
  return error.stage === 'mapper-reachable' && error.code !== 'ERR_CLUSRPC_TRANSPORT';
}
