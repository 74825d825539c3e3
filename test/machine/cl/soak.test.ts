import { expect, test } from 'vitest';
import { CALLS, SETTINGS, soakRun } from './soak-run.ts';

const SEEDS = 10;

test(`over ${SETTINGS} networks every call ends right or in a reported failure, none twice, and nothing stays behind`, async () => {
  const breaches: string[] = [];
  let answered = 0;
  let failed = 0;
  for (let index = 0; index < SETTINGS; index++) {
    for (let seed = 0; seed < SEEDS; seed++) {
      const run = await soakRun(index, seed);
      answered += run.answered;
      failed += run.failed;
      breaches.push(...run.breaches.map((breach) => `network ${index}, seed ${seed}: ${breach}`));
    }
  }
  expect(breaches).toEqual([]);
  expect(answered + failed).toBe(SETTINGS * SEEDS * CALLS);
  expect(answered).toBeGreaterThan(SETTINGS * SEEDS * CALLS * 0.95);
}, 300_000);
