import { seededRandom } from '../transport/random.ts';
import type { SoakSettings } from './report.ts';

/**
 * Which cycles fail: drawn once for each cycle in its turn, whether or not its open gets a port, so that the same seed
 * makes the same cycles fail on every machine.
 */
export function failingCycles({ seed, failureRate }: SoakSettings): () => boolean {
  const random = seededRandom(seed);
  return () => random() < failureRate;
}
