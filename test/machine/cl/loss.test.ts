import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/transport/random.ts';
import { pair } from './pair.ts';

const SEEDS = 1_000;

test(`no at-most-once call is executed twice and every call ends, over ${SEEDS} seeds of 30 % loss, duplication and reordering`, async () => {
  let answered = 0;
  let lost = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = seededRandom(seed);
    const conditions = { loss: 0.3, duplicate: 0.3, reorder: 0.3, reorderDelay: 2_500, latency: 5, jitter: 50 };
    const both = await pair({ seed, conditions, work: () => (random() < 0.2 ? 3_000 * random() : 0) });
    for (let n = 0; n < 5; n++) {
      const stub = Uint8Array.of(n, seed, seed >>> 8);
      const event = both.finish(both.call(stub));
      if (event?.kind === 'response') {
        answered += 1;
        expect(event.stub).toEqual(stub);
        expect(both.executed.get(Buffer.from(stub).toString('hex'))).toBe(1);
      } else {
        lost += 1;
        expect(event?.kind).toMatch(/^(no-answer|reject)$/);
      }
    }
    both.advance(700_000);
    for (const count of both.executed.values()) expect(count).toBe(1);
    expect(both.client.size).toEqual({ bindings: 1, activities: 0, calls: 0 });
    expect(both.server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
    expect(both.clock.next()).toBeNull();
  }
  expect(answered).toBeGreaterThan(SEEDS * 5 * 0.99);
  expect(answered + lost).toBe(SEEDS * 5);
});
