import { expect, test } from 'vitest';
import { CAPTURE_FAMILIES, type CaptureFamilyResult, captureTable, judgeCaptures } from './capture-families.ts';

/** Not those on which the thresholds were chosen; `scripts/lab/capture-leaks.ts` makes the large table. */
const FIRST_SEED = 9_000_001;
const CAPTURES = { healthy: 2, leaking: 8 };

test('no capture of a healthy host is called leaking, and 95 of a hundred leaking ones that can be decided are found', async () => {
  const results: CaptureFamilyResult[] = [];
  for (const family of CAPTURE_FAMILIES) {
    results.push(await judgeCaptures(family, CAPTURES[family.leaks ? 'leaking' : 'healthy'], FIRST_SEED, [1, 2]));
  }
  process.stdout.write(captureTable(results));
  const sum = (key: 'leak' | 'decidable' | 'found' | 'missed' | 'dates' | 'inBand', of = results): number =>
    of.reduce((total, result) => total + result[key], 0);
  const healthy = results.filter(({ name }) => !name.startsWith('leaking'));
  expect(sum('leak', healthy)).toBe(0);
  expect(sum('decidable')).toBeGreaterThan(2);
  expect(sum('found') / sum('decidable')).toBeGreaterThanOrEqual(0.95);
  expect(sum('missed')).toBe(0);
  expect(sum('inBand') / sum('dates')).toBeGreaterThanOrEqual(0.85);
}, 60_000);
