import type { LocalMisuseError } from '../status/errors.ts';
import { invalidOption, LARGEST_PORT } from '../status/options.ts';

export { LARGEST_PORT };

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `5000-5019,5050` as a command line has it; sorted, overlapping and touching ranges made one. Throws
 * LocalMisuseError with code ERR_CLUSRPC_INVALID_OPTION for anything else, port 0 and an empty list included.
 */
export function parsePortRanges(text: string): readonly PortRange[] {
  return mergeRanges(
    text.split(',').map((entry) => {
      const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(entry);
      if (match === null) throw notRanges(text, `${JSON.stringify(entry.trim())} is neither a port nor a range`);
      const first = Number(match[1]);
      const last = Number(match[2] ?? match[1]);
      if (first < 1 || last > LARGEST_PORT) throw notRanges(text, `ports go from 1 to ${LARGEST_PORT}`);
      if (first > last) throw notRanges(text, `the range ${entry.trim()} runs backwards`);
      return { first, last };
    }),
  );
}

export function formatPortRanges(ranges: readonly PortRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Sorted, with overlapping and touching ranges made one. */
export function mergeRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1) merged.push(range);
    else if (range.last > before.last) merged[merged.length - 1] = { first: before.first, last: range.last };
  }
  return merged;
}

/** What is left of `from` without `taken`; both as `mergeRanges` gives them. */
export function withoutRanges(from: readonly PortRange[], taken: readonly PortRange[]): readonly PortRange[] {
  return from.flatMap((range) => {
    const left: PortRange[] = [];
    let first = range.first;
    for (const cut of taken) {
      if (cut.last < first || cut.first > range.last) continue;
      if (cut.first > first) left.push({ first, last: cut.first - 1 });
      first = cut.last + 1;
    }
    return first <= range.last ? [...left, { first, last: range.last }] : left;
  });
}

/** How many ports the ranges hold, as `mergeRanges` gives them. */
export function countPorts(ranges: readonly PortRange[]): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
}

function notRanges(text: string, why: string): LocalMisuseError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return invalidOption(
    `not a list of ports: ${JSON.stringify(shown)}: ${why}`,
    'Write ports and ranges with commas between, such as 5000-5019,5050.',
  );
}

/** The ports themselves, in order. */
export function* eachPort(ranges: readonly PortRange[]): Generator<number> {
  for (const { first, last } of ranges) for (let port = first; port <= last; port++) yield port;
}

export function isInRanges(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(({ first, last }) => port >= first && port <= last);
}
