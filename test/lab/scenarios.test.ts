import { expect, test } from 'vitest';
import { runScenarios, scenarioTable } from './scenarios.ts';

test('of 24 scenarios those end in a hang that KB814622 says, and no cure does by a failure of its own', async () => {
  const rows = await runScenarios();
  expect(rows).toHaveLength(24);
  console.info(`\n${scenarioTable(rows)}`);
  for (const { name, report } of rows) {
    const { strategy, clientProfile, reuse } = report.settings;
    const leaks = clientProfile === 'windows-2000-sp3';
    const isCured = strategy === 'recycled-process' || (strategy === 'cached-handle' && reuse === 'by-process');
    const isExhausted = !isCured && (leaks || (reuse === 'never' && strategy !== 'cached-handle'));
    expect(`${name} ${report.exhausted === null ? 'never' : 'exhausted'}`).toBe(
      `${name} ${isExhausted ? 'exhausted' : 'never'}`,
    );
    const { exhaustionMs } = report.forecast;
    if (strategy !== 'naive') continue;
    expect(exhaustionMs !== null).toBe(isExhausted);
    if (report.exhausted !== null) expect(report.exhausted.at.ms).toBeLessThan(1.5 * (exhaustionMs?.p95 ?? 0));
  }
});
