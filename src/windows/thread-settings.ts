import { invalidOption } from '../status/options.ts';

const MOST_THREADS = 1_024;
const LONGEST_EXIT_WAIT = 600_000;

/** Threads for opens. Undefined: not said. Throws LocalMisuseError. */
export function checkedThreads(threads: number | undefined, name = 'threads'): number | undefined {
  return within(name, threads, 1, MOST_THREADS);
}

/** What CLUSRPC_THREADS says; undefined: nothing. Throws LocalMisuseError for what is no number of threads. */
export function threadsFromEnvironment(text: string | undefined = process.env.CLUSRPC_THREADS): number | undefined {
  return text ? checkedThreads(Number(text), 'CLUSRPC_THREADS') : undefined;
}

/** Milliseconds. Undefined: not said. Throws LocalMisuseError. */
export function checkedExitWait(exitWait: number | undefined): number | undefined {
  return within('exitWait', exitWait, 0, LONGEST_EXIT_WAIT);
}

function within(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw invalidOption(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
}
