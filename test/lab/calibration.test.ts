import { describe, expect, test } from 'vitest';
import { calibrate, SETTINGS } from './calibration.ts';

/** `scripts/lab/calibration.ts` does it with a thousand runs each and prints the table. */
describe.each(SETTINGS.filter((_, index) => index % 2 === 0))('eighty soaks: %s', (_name, load) => {
  test('fall where the forecast says, and its band is not too wide', async () => {
    const { firstRefusal, exhaustion } = await calibrate(load, 80);
    for (const { medianOff, covered, width } of [firstRefusal, exhaustion]) {
      expect(medianOff).toBeLessThan(0.08);
      expect(covered).toBeGreaterThan(0.8);
      expect(width).toBeLessThan(1.4);
    }
  });
});
