import { LocalMisuseError } from './errors.ts';

export const LARGEST_PORT = 65_535;

/** An option that cannot be: ERR_CLUSRPC_INVALID_OPTION, with a sentence that names it and one that says what to do. */
export function invalidOption(message: string, advice?: string): LocalMisuseError {
  return new LocalMisuseError(message, { code: 'ERR_CLUSRPC_INVALID_OPTION', ...(advice !== undefined && { advice }) });
}

/** A time in ms, above 0. Throws `invalidOption`. */
export function durationOption(name: string, ms: number): number {
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw invalidOption(`${name}: ${ms} is not a time above 0 ms`);
}

/** Throws `invalidOption`. */
export function wholeOption(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(`${name}: ${value} is not a whole number above 0`);
}

/** A UDP or TCP port; undefined stays so. Throws `invalidOption`. */
export function portOption(name: string, port: number | undefined): number | undefined {
  if (port === undefined || (Number.isInteger(port) && port > 0 && port <= LARGEST_PORT)) return port;
  throw invalidOption(`${name}: ${port} is not a port from 1 to ${LARGEST_PORT}`);
}

/** One of a few words. Throws `invalidOption`, which names them. */
export function choiceOption<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((each) => each === value);
  if (found !== undefined) return found;
  throw invalidOption(`${name}: ${JSON.stringify(value)} is none of ${choices.join(', ')}`);
}
