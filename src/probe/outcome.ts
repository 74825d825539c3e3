import type { ProbeResult } from './types.ts';

/** Exit codes 0, 1 and 3 by name. */
export type Outcome = 'fine' | 'not-fine' | 'unknown';

/** What a result means for an exit code. A closed local port is not fine, although the cluster opened. */
export function outcomeOf({ stages, stoppedAt, localPorts }: ProbeResult): Outcome {
  const stopped = stages.find(({ id }) => id === stoppedAt);
  if (stopped !== undefined) return stopped.status === 'unknown' ? 'unknown' : 'not-fine';
  return localPorts.length > 0 ? 'not-fine' : 'fine';
}

/** ms from the name to the version: what an open costs, closing left out. */
export function openTime({ stages }: ProbeResult): number {
  return stages.reduce((sum, { id, ms }) => (id === 'close-cluster' ? sum : sum + ms), 0);
}
