import { isIP } from 'node:net';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { LARGEST_PORT, type PortRange, parsePortRanges } from '../ports/ranges.ts';
import { DURATION_UNITS, durationMs } from '../status/duration.ts';
import { isClusError } from '../status/errors.ts';
import { nearest } from './nearest.ts';

/** Parsers for the values of options. Each throws InvalidArgumentError, to which commander adds the option. */

/** `500ms`, `5s`, `2m`, `12h`, `30d` in ms. */
export function duration(text: string): number {
  try {
    return durationMs(text);
  } catch (error) {
    if (!isClusError(error) || error.advice === undefined) throw error;
    throw new InvalidArgumentError(error.advice);
  }
}

/** A duration that is not 0. */
export function positiveDuration(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError('It must be longer than 0.');
  return ms;
}

/** `0.05/s`, `3/m`, `20/h`, `500/d` as the ms between two. */
export function rate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|h|d)$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Write a rate such as 0.05/s, 3/m, 20/h or 500/d.');
  const number = Number(match[1]);
  if (number === 0) throw new InvalidArgumentError('It must be more than 0.');
  return DURATION_UNITS[match[2] as 's' | 'm' | 'h' | 'd'] / number;
}

/** From 0 to 1. */
export function probability(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (percent !== null) throw new InvalidArgumentError(`Write ${Number(percent[1]) / 100} for ${text.trim()}.`);
  const number = decimal(text);
  if (number === null || number > 1) {
    throw new InvalidArgumentError('A probability is a number from 0 to 1, such as 0.2.');
  }
  return number;
}

/** A whole number between two, both included. */
export function count(smallest = 0, largest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text.trim()) ? Number(text) : null;
    if (number !== null && number >= smallest && number <= largest) return number;
    const range = largest === Number.MAX_SAFE_INTEGER ? `from ${smallest} on` : `from ${smallest} to ${largest}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** A UDP or TCP port; `smallest` 0 allows "any". */
export function portNumber(smallest: 0 | 1 = 1): (text: string) => number {
  return count(smallest, LARGEST_PORT);
}

/** `5000-5019,5050`, sorted and merged. */
export const portRanges: (text: string) => readonly PortRange[] = asValue(parsePortRanges);

/** A parser of the library, which throws errors of its own, as one of an option, which is named in the message then. */
export function asValue<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!isClusError(error)) throw error;
      const { message, advice = '' } = error;
      throw new InvalidArgumentError(`${message.charAt(0).toUpperCase()}${message.slice(1)}. ${advice}`.trim());
    }
  };
}

/** An IPv4 or IPv6 address. */
export function ipAddress(text: string): string {
  if (isIP(text.trim()) !== 0) return text.trim();
  throw new InvalidArgumentError('Write an IP address such as 127.0.0.1 or ::1.');
}

/** A host name or an IP address. */
export function hostName(text: string): string {
  const host = text.trim();
  if (isIP(host) !== 0 || /^(?!-)[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63})*\.?$/u.test(host)) return host;
  const port = /^[^:]+:\d+$/.test(host) ? ' The port of its endpoint mapper is --epm-port.' : '';
  throw new InvalidArgumentError(`Write a host name or an IP address.${port}`);
}

/** One of a list, with a guess at what was meant. */
export function oneOf<const T extends string>(values: readonly T[]): (text: string) => T {
  const parse = (text: string): T => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    const guess = nearest(text, values);
    const meant = guess === undefined ? '' : `Did you mean ${guess}? `;
    throw new InvalidArgumentError(`${meant}It is one of ${values.join(', ')}.`);
  };
  return Object.assign(parse, { choices: values });
}

/** The list of a parser that `oneOf` made; empty for any other. */
export function choicesOf(parse: unknown): readonly string[] {
  return typeof parse === 'function' && 'choices' in parse ? (parse.choices as readonly string[]) : [];
}

/** A number without sign or exponent; null for anything else. */
function decimal(text: string): number | null {
  return /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text.trim()) ? Number(text) : null;
}
