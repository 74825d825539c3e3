import { LARGEST_PORT, type PortRange } from './ranges.ts';

/** What can be wrong with the values of `Rpc\Internet`; each makes the whole configuration invalid. */
export const PORT_PROBLEM_CODES = [
  'value-missing',
  'wrong-type',
  'not-text',
  'list-empty',
  'entry-empty',
  'entry-several',
  'entry-half-range',
  'entry-not-a-number',
  'entry-out-of-range',
  'entry-backwards',
  'port-zero-only',
  'not-y-or-n',
] as const;

export type PortProblemCode = (typeof PORT_PROBLEM_CODES)[number];
/** Values of the registry key Rpc\\Internet. */
export type PortValueName = 'Ports' | 'PortsInternetAvailable' | 'UseInternetPorts';

/** One thing that is wrong in the port configuration. */
export interface PortProblem {
  readonly code: PortProblemCode;
  readonly value: PortValueName;
  /** What stands there, where something stands there. */
  readonly found: string | null;
  readonly message: string;
}

/** No list of one range comes near it; longer text is not worth a closer look. */
const LONGEST_ENTRY = 200;

type EntryProblemCode = Extract<PortProblemCode, `entry-${string}`>;

/** What no article speaks of: that Windows refuses it is an assumption. */
const UNDOCUMENTED: ReadonlySet<PortProblemCode> = new Set(['entry-empty', 'entry-backwards', 'port-zero-only']);

export function isDocumented({ code }: PortProblem): boolean {
  return !UNDOCUMENTED.has(code);
}

/** Blanks and tabs at both ends; what else Unicode calls a space is no blank for the programs of that time. */
export function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\t';
}

/**
 * One string of `Ports`: a decimal port or a range of them. Numbers from 0 to 65535 are legal (MSDN). Not specified are
 * blanks, which are trimmed here, and ranges that run backwards, which are taken for a mistake.
 */
export function parseEntry(entry: string): PortRange | EntryProblemCode {
  if (entry.length > LONGEST_ENTRY) return 'entry-not-a-number';
  const text = trimBlanks(entry);
  if (text === '') return 'entry-empty';
  if (/[,; \t]/.test(text.replace(/[ \t]*-[ \t]*/, '-'))) return 'entry-several';
  const match = /^(\d+)(?:[ \t]*-[ \t]*(\d+))?$/.exec(text);
  if (match === null) return /^\d+[ \t]*-$|^-[ \t]*\d+$/.test(text) ? 'entry-half-range' : 'entry-not-a-number';
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first > LARGEST_PORT || last > LARGEST_PORT) return 'entry-out-of-range';
  return first > last ? 'entry-backwards' : { first, last };
}

export function entryProblem(code: EntryProblemCode, entry: string): PortProblem {
  return problem(code, 'Ports', entry);
}

export function problem(code: PortProblemCode, value: PortValueName, found: string | null = null): PortProblem {
  const short = found !== null && found.length > 60 ? `${found.slice(0, 60)}…` : found;
  return { code, value, found: short, message: sentence(code, value, JSON.stringify(short ?? '')) };
}

function sentence(code: PortProblemCode, value: PortValueName, found: string): string {
  const type = value === 'Ports' ? 'REG_MULTI_SZ' : 'REG_SZ';
  switch (code) {
    case 'value-missing':
      return `${value} is missing: all three values must be there.`;
    case 'wrong-type':
      return `${value} is of ${found.slice(1, -1)} instead of ${type}.`;
    case 'not-text':
      return `${value} is not UTF-16 text.`;
    case 'list-empty':
      return `${value} is an empty list.`;
    case 'entry-empty':
      return `${value} has an empty string between others.`;
    case 'entry-several':
      return `${value} has ${found} in one string: each port or range is a string of its own.`;
    case 'entry-half-range':
      return `${value} has ${found}, a range with one end missing.`;
    case 'entry-not-a-number':
      return `${value} has ${found}, which is neither a decimal port nor a range.`;
    case 'entry-out-of-range':
      return `${value} has ${found}: ports end at ${LARGEST_PORT}.`;
    case 'entry-backwards':
      return `${value} has ${found}, a range that runs backwards.`;
    case 'port-zero-only':
      return `${value} names port 0 alone, which no program can have.`;
    case 'not-y-or-n':
      return `${value} is ${found} instead of Y or N.`;
  }
}
