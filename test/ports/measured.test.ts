import { expect, test } from 'vitest';
import { readPortConfiguration, withMeasuredPorts } from '../../src/ports/configuration.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import { ports } from '../../src/ports/report.ts';
import { portsText } from '../../src/report/ports-text.ts';

const WINDOWS_11 = readPortConfiguration({ keys: [] }, { majorVersion: 6 });
const MEASURED = { dynamic: { first: 10_000, last: 10_999 }, excluded: [{ first: 10_100, last: 10_199 }] };

test('the range that a machine was given replaces the usual one, less the ports that its stack gives to nobody', () => {
  expect(withMeasuredPorts(WINDOWS_11, MEASURED).pool).toEqual({
    size: 900,
    ranges: [
      { first: 10_000, last: 10_099 },
      { first: 10_200, last: 10_999 },
    ],
    kind: 'dynamic',
  });
});

test('listed ports stay listed, less those', () => {
  const listed = { ...WINDOWS_11, pool: configuredPool([{ first: 10_190, last: 10_209 }]) };
  expect(withMeasuredPorts(listed, MEASURED).pool).toMatchObject({ size: 10, kind: 'configured' });
});

test('a load on another Windows is not the one of Windows 2000 SP3, and nothing advises its service pack', () => {
  const report = ports({ configuration: WINDOWS_11, otherWindows: 'Windows 11', everyMs: 20_000, failureRate: 0.3 });
  expect(report.settings).toMatchObject({ clientProfile: null, onFailure: 'retain' });
  expect(report.forecast?.firstRefusal).toBeNull();
  expect(portsText(report)).toContain('not Windows 2000, so without the defect of KB814622');
  expect(portsText(report)).not.toMatch(/Service Pack/);
});

test('a profile that is asked for is taken on any Windows', () => {
  const report = ports({ configuration: WINDOWS_11, otherWindows: 'Windows 11', clientProfile: 'windows-2000-sp3' });
  expect(report.settings).toMatchObject({ clientProfile: 'windows-2000-sp3', onFailure: 'leak' });
});
