import { parseEntry } from '../../ports/problems.ts';
import type { PortRange } from '../../ports/ranges.ts';

/** The ranges of ReservedPorts (KB812873): strings `4000-4000`; what is none is passed over, as it changes no verdict. */
export function entryRanges(entries: readonly string[]): readonly PortRange[] {
  return entries.flatMap((entry) => {
    const parsed = parseEntry(entry);
    return typeof parsed === 'object' ? [parsed] : [];
  });
}
