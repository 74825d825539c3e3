import { PortBroker } from '../../src/ports/broker.ts';
import type { OpenLoad, PortMachine } from '../../src/ports/load.ts';
import { configuredPool } from '../../src/ports/pool.ts';

export interface SimulatedRun {
  /** The number of the first refused open, from 1; null: none within the opens asked for. */
  readonly firstRefusal: number | null;
  readonly exhaustedMs: number | null;
}

/** One process of that load on the runtime itself, on virtual time, until it is exhausted or has tried `opens` times. */
export function simulate(
  machine: PortMachine,
  load: Required<Omit<OpenLoad, 'arrivals' | 'failedTakesPort'>>,
  opens: number,
  seed: number,
): SimulatedRun {
  const { pool, ...options } = machine;
  const broker = new PortBroker(configuredPool(pool === 0 ? [] : [{ first: 1025, last: 1024 + pool }]));
  const { runtime } = broker.startProcess('program', options);
  const random = seededRandom(seed);
  // Each of the two queues is in the order of time, since every close and every failure takes equally long.
  const closes: { at: number; act: () => void }[] = [];
  const failures: { at: number; act: () => void }[] = [];
  let firstRefusal: number | null = null;
  for (let n = 0; n < opens; n++) {
    const now = n * load.everyMs;
    for (let due = nextDue(closes, failures, now); due !== undefined; due = nextDue(closes, failures, now)) due();
    const result = runtime.open(now);
    if (result.kind === 'refused') {
      firstRefusal ??= n + 1;
      if (result.reason === 'exhausted') return { firstRefusal, exhaustedMs: now };
    } else if (result.kind === 'leased') {
      const { lease } = result;
      const failedAt = now + load.failedMs;
      const closedAt = now + load.holdMs;
      if (random() < load.failureRate)
        failures.push({ at: failedAt, act: () => runtime.fail(lease, 'no-answer', failedAt) });
      else closes.push({ at: closedAt, act: () => runtime.close(lease, closedAt) });
      if (load.failedMs === 0) failures.pop()?.act();
      if (load.holdMs === 0) closes.pop()?.act();
    }
  }
  return { firstRefusal, exhaustedMs: null };
}

/** Numbers from 0 to 1 out of a 32-bit linear congruential generator whose high bits are mixed. */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

function nextDue(
  a: { at: number; act: () => void }[],
  b: { at: number; act: () => void }[],
  now: number,
): (() => void) | undefined {
  const [first, second] = [a[0]?.at ?? Number.POSITIVE_INFINITY, b[0]?.at ?? Number.POSITIVE_INFINITY];
  if (Math.min(first, second) > now) return undefined;
  return (first <= second ? a : b).shift()?.act;
}
