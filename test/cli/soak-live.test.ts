import { describe, expect, test } from 'vitest';
import { SoakLive } from '../../src/cli/soak-live.ts';
import { type SoakOptions, soak } from '../../src/soak/index.ts';
import { planSoak } from '../../src/soak/settings.ts';
import { cli, Sink } from './in-process.ts';

const LOAD: SoakOptions = { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2, seed: 7, cycles: 120 };

describe('a soak while it runs', () => {
  test('shows ports by state over time, opens and their pace, and the forecast', async () => {
    const live = new SoakLive(planSoak('emulated', LOAD), 40);
    expect(live.lines()).toEqual([]);
    await soak('emulated', { ...LOAD, onStep: (step) => live.add(step) });
    const lines = live.lines();
    expect(lines[0]).toMatch(/^20 ┤[ ·▒█#]+$/);
    expect(lines.slice(-4)).toEqual([
      expect.stringMatching(/^ports: 1\d leaked, 0 in use, \d closing, \d recycled, of 20$/),
      expect.stringMatching(/^opens: 120 opens in 39\.7 min, one each 19\.8 s; 1\d failed, \d+ refused$/),
      'forecast: first refusal after 12.3 min to 26.7 min, most likely 18.3 min',
      '          exhausted after 39.7 min to 112 min, most likely 65.3 min',
    ]);
    expect(Math.max(...lines.slice(0, 8).map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  test('has no forecast where the formulas have none', async () => {
    const cured = { ...LOAD, strategy: 'cached-handle', cycles: 3 } as const;
    const live = new SoakLive(planSoak('emulated', cured));
    await soak('emulated', { ...cured, onStep: (step) => live.add(step) });
    expect(live.lines().at(-1)).toMatch(/^opens: /);
  });

  test('is for a terminal only', async () => {
    const argv = 'soak emulated --time real --ports 5000-5019 --every 5ms --recycle-after 100ms --cycles 60'.split(' ');
    const terminal = new Sink({ isTTY: true });
    await cli(argv, { stderr: terminal });
    expect(terminal.text).toMatch(/ports: \d+ leaked, \d+ in use, /);
    expect((await cli(argv)).stderr).toMatch(/^soak opens and closes [^\n]*\n$/);
  });
});
