import { expect, test } from 'vitest';
import { parseNetstatSeries } from '../../src/evidence/netstat-series.ts';
import { seeded } from '../hostile/damage.ts';

const rows = (stamps: readonly string[]): string =>
  stamps.map((stamp) => `# ${stamp}\r\n  UDP    0.0.0.0:5000   *:*\r\n`).join('');
const times = (...stamps: string[]): readonly number[] =>
  parseNetstatSeries(rows(stamps)).samples.map((sample) => sample.elapsedMs);

test('dates of every locale give the same series, midnight and the turn of the year included', () => {
  const expected = [0, 60_000, 120_000];
  expect(times('Tue 12/31/2002 23:58:30.10', 'Tue 12/31/2002 23:59:30.10', 'Wed 01/01/2003  0:00:30.10')).toEqual(
    expected,
  );
  expect(times('31.12.2002 23:58:30,10', '31.12.2002 23:59:30,10', '01.01.2003  0:00:30,10')).toEqual(expected);
  expect(times('2002-12-31 23:58:30', '2002-12-31 23:59:30', '2003-01-01 00:00:30')).toEqual(expected);
  expect(times('31/12/02 11:58:30 PM', '31/12/02 11:59:30 PM', '01/01/03 12:00:30 AM')).toEqual(expected);
});

test('a date that can be read in two ways is read in the way that makes the shorter series', () => {
  expect(times('01/02/2003 10:00:00', '02/02/2003 10:00:00')).toEqual([0, 86_400_000]);
  expect(times('01/02/2003 10:00:00', '01/03/2003 10:00:00')).toEqual([0, 86_400_000]);
});

test('dates that cannot be read are counted by midnights, with a warning', () => {
  const series = parseNetstatSeries(rows(['heute 23:59:00', 'heute 0:01:00']));
  expect(series.samples.map((sample) => sample.elapsedMs)).toEqual([0, 120_000]);
  expect(series.warnings.join()).toMatch(/midnights/);
});

test('only UDP rows count, each port once, over IPv4 and IPv6, with and without a process', () => {
  const text = `# 2003-01-01 10:00:00
Active Connections
  Proto  Local Address          Foreign Address        State
  TCP    0.0.0.0:5001           0.0.0.0:0              LISTENING
  UDP    10.0.0.1:5003          *:*
  UDP    127.0.0.1:5003         *:*                                    1234
  UDP    [::]:5002              *:*
  UDP    0.0.0.0:99999          *:*
  UDP    nonsense
`;
  expect(parseNetstatSeries(text).samples).toEqual([{ elapsedMs: 0, udpPorts: [5002, 5003] }]);
});

test('a file without samples is refused', () => {
  expect(() => parseNetstatSeries('  UDP    0.0.0.0:5000   *:*')).toThrow(/line 1: no sample/);
});

test('2000 damaged series end in samples or in an error of ours', () => {
  const random = seeded(7);
  const text = rows(Array.from({ length: 20 }, (_, i) => `Tue 12/31/2002 ${10 + (i % 10)}:58:30.10`));
  for (let i = 0; i < 2000; i++) {
    const units = [...text];
    for (let k = 0; k < 20; k++) units[random(units.length)] = String.fromCharCode(random(128));
    const { samples } = parseNetstatSeries(units.join(''));
    expect(samples.every((sample) => sample.elapsedMs >= 0)).toBe(true);
  }
});
