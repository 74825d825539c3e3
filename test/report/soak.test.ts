import { describe, expect, test } from 'vitest';
import { soakChart } from '../../src/report/soak-chart.ts';
import { soakHtml } from '../../src/report/soak-html.ts';
import { soakPlot } from '../../src/report/soak-plot.ts';
import { soakText } from '../../src/report/soak-text.ts';
import { verdictText } from '../../src/report/soak-words.ts';
import { type SoakReport, soak } from '../../src/soak/index.ts';
import { ORIGIN } from './pages.ts';

const LOAD = { ports: '5000-5019', failureRate: 0.2, cycles: 500, seed: 7 } as const;
const leaking = () => soak('emulated', { ...LOAD, everyMs: 20_000, clientProfile: 'windows-2000-sp3' });
const fine = () => soak('emulated', { ...LOAD, everyMs: 20_000, clientProfile: 'windows-2000-sp4' });
const stalling = () => soak('emulated', { ...LOAD, everyMs: 100, clientProfile: 'windows-2000-sp4' });

describe('verdicts', () => {
  test('name the leak, the stall and the fix', async () => {
    expect(verdictText(await leaking())).toMatch(/^Exhausted: all 20 ports leaked\..*KB814622/);
    expect(verdictText(await fine())).toMatch(/^Fine: 100 opens failed as told, none was refused/);
    expect(verdictText(await stalling())).toMatch(/^Stalled, not leaking: .*4 min after its close/);
    const short = await soak('emulated', { ...LOAD, cycles: 20, everyMs: 20_000 });
    expect(verdictText(short)).toMatch(/^Leaking: 2 of 20 ports are lost .*goes after about 65.3 min\.$/);
  });

  test('a leak that ends with its process is no lost port', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, strategy: 'recycled-process' });
    expect(verdictText(report)).toMatch(
      /^Fine: .* and the ports that leaked came back with the end of their process\.$/,
    );
  });

  test('a gate is not said to cure the leak', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, strategy: 'gated' });
    expect(verdictText(report)).toMatch(
      /^Exhausted: all 20 ports leaked\. Opens that wait .* not the leak \(KB814622\)/,
    );
  });

  test('a process that uses no port twice is told apart from one that leaks', async () => {
    const report = await soak('emulated', { ...LOAD, clientProfile: 'strict' });
    expect(verdictText(report)).toMatch(/^Exhausted: no port of this process comes back, \d of 20 because they leaked/);
  });

  test('a host of which nothing opens is sent to probe', async () => {
    const report = await fine();
    const settings = { ...report.settings, target: 'node1', clientProfile: null };
    const none = { ...report, settings, opened: 0, failed: 3 };
    expect(verdictText(none)).toMatch(/^Nothing opened: 3 opens failed and none succeeded\. `clusrpc probe node1`/);
  });
});

describe('the chart', () => {
  const point = (ms: number, leaked: number, closing = 0) => ({ ms, inUse: 0, closing, recycled: 0, leaked });

  test('stacks the states upwards and runs to the right', async () => {
    const timeline = [point(0, 0), point(250, 1, 1), point(500, 2), point(750, 4), point(1_000, 4)];
    const chart = soakChart(with4Ports(await fine(), timeline), { width: 4 });
    expect(chart.split('\n').slice(0, 5)).toEqual(['4 ┤  ██', '  ┤  ██', '  ┤▒███', '1 ┤████', '  └────']);
  });

  test('one leaked port of many is seen', async () => {
    const report = { ...(await fine()), timeline: [point(0, 1), point(10, 1)] };
    const ports = { ...report.ports, pool: 1_000 };
    expect(soakChart({ ...report, ports }, { width: 3 }).split('\n')[9]).toBe('   1 ┤███');
  });

  test('colours what it is asked to', async () => {
    const painted = soakChart(await leaking(), { paint: (state, text) => `<${state}>${text}</>` });
    expect(painted).toContain('<leaked>');
    expect(painted.replaceAll(/<[^>]*>/g, '')).toBe(soakChart(await leaking()));
  });

  function with4Ports(report: SoakReport, timeline: SoakReport['timeline']): SoakReport {
    return { ...report, timeline, ports: { ...report.ports, pool: 4 } };
  }
});

describe('the text', () => {
  test('tells what was done, what came of it and what was forecast', async () => {
    const text = soakText(await leaking());
    expect(text).toContain('Load           one open each 20 s, 20 % fail by no-memory; 500 cycles');
    expect(text).toMatch(/Exhausted {6}at open \d+, after .*: error 1721 RPC_S_OUT_OF_RESOURCES/);
    expect(text).toMatch(/Forecast {7}first refusal after .* to .*, most likely .*\n {15}exhausted after/);
    for (const line of text.split('\n')) expect(line).toBe(line.trimEnd());
  });

  test('sets the same load unfixed, fixed and with each cure below it', async () => {
    const text = soakText(await soak('emulated', { ...LOAD, everyMs: 20_000, compare: true }));
    expect(text).toMatch(/^As told +102 +20 +378 +20 +20 +39\.7 min to 112 min +after 87\.3 min$/m);
    expect(text).toMatch(/^A machine with the correction +400 +100 +0 +0 +12 +never +never$/m);
    expect(text).toMatch(/^One shared handle +500 +0 +0 +0 +1 +not within 500 opens +never$/m);
    expect(text).toMatch(/^Opens that wait for ports +95 +20 +385 +20 +20 +39\.7 min to 112 min +after 58\.7 min$/m);
    expect(text).not.toMatch(/^A machine that leaks/m);
    const fixed = await soak('emulated', { ...LOAD, cycles: 5, clientProfile: 'windows-2000-sp4', compare: true });
    expect(fixed.variants?.map(({ id, report }) => [id, report.settings.clientProfile])).toEqual([
      ['unfixed', 'windows-2000-sp3'],
      ['cached-handle', 'windows-2000-sp3'],
      ['gated', 'windows-2000-sp3'],
      ['recycled-process', 'windows-2000-sp3'],
    ]);
  });

  test('says that a program hung', async () => {
    const report = await soak('emulated', { ...LOAD, everyMs: 20_000, onExhaustion: 'hang' });
    expect(soakText(report)).toContain('then the program hung for good');
  });
});

describe('the page', () => {
  test('has the same bytes each time', async () => {
    const page = async () => soakHtml(await stalling(), ORIGIN);
    expect(await page()).toBe(await page());
  });

  test('a plot marks what happened and brackets what was forecast', async () => {
    const plot = soakPlot(await leaking(), { label: 'ports' });
    for (const label of ['first stall', 'exhausted', 'Forecast, first refusal: ', 'leaked', 'recycled']) {
      expect(plot).toContain(`>${label}`);
    }
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
    expect(soakPlot(await fine(), { label: 'ports' })).not.toContain('exhausted');
  });

  test('of a day at random, with every cure beside it, has less than 300 KB, and its peaks', async () => {
    const load = { arrivals: 'poisson', holds: 'exponential', everyMs: 4_000, holdMs: 20_000 } as const;
    const report = await soak('emulated', {
      ...LOAD,
      ...load,
      ports: '5000-5299',
      failureRate: 0.001,
      cycles: undefined,
      durationMs: 86_400_000,
      compare: true,
    });
    expect(report.timeline.length).toBeGreaterThan(500);
    expect(report.variants).toHaveLength(4);
    expect(Buffer.byteLength(soakHtml(report, ORIGIN))).toBeLessThan(300_000);
    const point = (ms: number, inUse: number) => ({ ms, inUse, closing: 0, recycled: 0, leaked: 0 });
    const timeline = Array.from({ length: 1_000 }, (_, ms) => point(ms, ms === 501 ? 300 : 1));
    expect(soakPlot({ ...report, timeline }, { label: 'ports' })).not.toBe(
      soakPlot({ ...report, timeline: timeline.map(({ ms }) => point(ms, 1)) }, { label: 'ports' }),
    );
  });

  test('a plot of a run that ended at once is a plot', async () => {
    const report = await soak('emulated', { ports: '5000', cycles: 1 });
    expect(soakPlot(report, { label: 'ports' })).not.toMatch(/NaN|undefined|Infinity/);
  });
});
