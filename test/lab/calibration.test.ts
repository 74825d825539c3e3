import { expect, test } from 'vitest';
import { calibrateAll, calibrationTable, SETTINGS } from './calibration.ts';

/** `scripts/lab/calibration.ts` does it with a thousand runs each: the median is within 5 % then. */
test('eighty soaks of each setting fall where the forecast says, and its band is not too wide', async () => {
  const rows = await calibrateAll(SETTINGS, 80);
  console.info(`\n${calibrationTable(rows)}`);
  expect(rows).toHaveLength(16);
  for (const { setting, what, medianOff, covered, width } of rows) {
    expect(medianOff, `${setting}, ${what}`).toBeLessThan(0.1);
    expect(covered, `${setting}, ${what}`).toBeGreaterThan(0.8);
    expect(width, `${setting}, ${what}`).toBeLessThan(1.4);
  }
});
