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

test('a clock that is set back takes nothing away, and is said: a time service, the end of summer time', () => {
  const stamps = ['18.03.2003 9:18:00', '18.03.2003 9:19:00', '18.03.2003 9:18:50', '18.03.2003 9:19:50'];
  const synced = parseNetstatSeries(rows(stamps));
  expect(synced.samples.map((sample) => sample.elapsedMs)).toEqual([0, 60_000, 120_000, 180_000]);
  expect(synced.warnings).toEqual(['line 5: the clock was set back by 70 s']);
  const autumn = [
    'Sun 10/26/2003 2:58:00',
    'Sun 10/26/2003 2:59:00',
    'Sun 10/26/2003 2:00:00',
    'Sun 10/26/2003 2:01:00',
  ];
  expect(times(...autumn)).toEqual([0, 60_000, 120_000, 180_000]);
  expect(parseNetstatSeries(rows(autumn)).warnings).toEqual(['line 5: the clock was set back by 60 min']);
  // The same without a date that can be read.
  expect(times(...stamps.map((stamp) => stamp.replace('18.03.2003', 'heute')))).toEqual([0, 60_000, 120_000, 180_000]);
});

test('the hour that summer time takes is none of the series; a pause is one, and is said', () => {
  const night = (after: string): string[] => ['30.03.2003 1:57:00', '30.03.2003 1:58:00', '30.03.2003 1:59:00', after];
  expect(times(...night('30.03.2003 3:00:00'))).toEqual([0, 60_000, 120_000, 180_000]);
  expect(parseNetstatSeries(rows(night('30.03.2003 3:00:00'))).warnings.join()).toMatch(/forward by an hour/);
  expect(times(...night('30.03.2003 7:59:00'))).toEqual([0, 60_000, 120_000, 120_000 + 6 * 3_600_000]);
  expect(parseNetstatSeries(rows(night('30.03.2003 7:59:00'))).warnings).toEqual([
    'line 7: no sample for 360 min: a pause, or the clock was set forward',
  ]);
});

test('the date of the last sample is known where it can be read in one way, by a day above 12 or by the name of the day', () => {
  const last = (...stamps: string[]): number | null => parseNetstatSeries(rows(stamps)).lastLocalMs;
  expect(last('18.03.2003 9:18:00')).toBe(Date.UTC(2003, 2, 18, 9, 18));
  expect(last('03/04/2003 9:18:00')).toBeNull();
  expect(last('Tue 03/04/2003 9:18:00')).toBe(Date.UTC(2003, 2, 4, 9, 18));
  expect(last('heute 9:18:00')).toBeNull();
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
