import { seededRandom } from '../../src/transport/random.ts';

export interface NaiveLoad {
  readonly pool: number;
  readonly cycles: number;
  readonly everyMs: number;
  readonly holdMs: number;
  readonly recycleAfterMs: number;
  readonly failureRate: number;
  readonly failedMs: number;
  readonly leaks: boolean;
  readonly reuses: boolean;
  readonly seed: number;
}

interface Port {
  state: 'free' | 'in-use' | 'closing' | 'recycled' | 'leaked';
  /** When it leaves its state by itself, and what for. */
  until: number;
  next: 'closing' | 'recycled' | 'leaked' | null;
}

/** KB814622 once more, written without the code under test: looks at every port before every open. */
export function naiveModel(load: NaiveLoad) {
  const random = seededRandom(load.seed);
  const ports = Array.from({ length: load.pool }, (): Port => ({ state: 'free', until: 0, next: null }));
  const counts = { opened: 0, failed: 0, refused: 0, exhaustedAt: null as number | null };
  for (let n = 0; n < load.cycles; n++) {
    const now = n * load.everyMs;
    const fails = random() < load.failureRate;
    for (const port of ports) pass(port, now, load.recycleAfterMs);
    const port =
      (load.reuses ? ports.find(({ state }) => state === 'recycled') : undefined) ??
      ports.find(({ state }) => state === 'free');
    if (port === undefined) {
      counts.refused++;
      const comesBack = load.reuses && ports.some(({ state }) => state === 'in-use' || state === 'closing');
      if (!comesBack) counts.exhaustedAt ??= n + 1;
      continue;
    }
    counts[fails ? 'failed' : 'opened']++;
    port.state = 'in-use';
    port.until = now + (fails ? load.failedMs : load.holdMs);
    port.next = !fails ? 'closing' : load.leaks ? 'leaked' : 'recycled';
    pass(port, now, load.recycleAfterMs);
  }
  return counts;
}

function pass(port: Port, now: number, recycleAfterMs: number): void {
  while (port.next !== null && port.until <= now) {
    port.state = port.next;
    port.next = port.state === 'closing' ? 'recycled' : null;
    port.until += recycleAfterMs;
  }
}
