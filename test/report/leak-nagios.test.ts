import { describe, expect, test } from 'vitest';
import { watchNagios } from '../../src/report/leak-nagios.ts';
import type { WatchReport } from '../../src/report/watch.ts';

const HOUR = 3_600_000;

/** A process whose ports are used up so long after the last sample; null: nobody knows when. */
function leaking(leftMs: number | null): WatchReport {
  return {
    schema: 'clusrpc/watch/1',
    pid: 4711,
    ranges: null,
    samples: [{ ms: 1_000, udp: [5000, 5001], tcp: [] }],
    verdict: 'leaking',
    trends: [],
    exhaustedAtMs: leftMs === null ? null : 1_000 + leftMs,
    because: [],
    series: null,
    exhaustedBetweenMs: null,
  };
}

describe('how bad a leak is for Nagios', () => {
  test.each([
    [12 * HOUR, {}, 'CRITICAL'],
    [30 * HOUR, { warn: 24 * HOUR, crit: 2 * HOUR }, 'OK'],
    [24 * HOUR, { warn: 24 * HOUR, crit: 2 * HOUR }, 'WARNING'],
    [2 * HOUR, { warn: 24 * HOUR, crit: 2 * HOUR }, 'CRITICAL'],
    [0, { warn: 24 * HOUR, crit: 2 * HOUR }, 'CRITICAL'],
    [null, { warn: 24 * HOUR, crit: 2 * HOUR }, 'WARNING'],
    [null, {}, 'CRITICAL'],
    [12 * HOUR, { warn: 24 * HOUR }, 'WARNING'],
    [12 * HOUR, { crit: 2 * HOUR }, 'OK'],
  ] as const)('%s ms left with %o: %s', (leftMs, limits, state) => {
    expect(watchNagios(leaking(leftMs), limits).state).toBe(state);
  });

  test('the line has the time that is left, and the thresholds as alerts below', () => {
    expect(watchNagios(leaking(12 * HOUR), { warn: 24 * HOUR, crit: 2 * HOUR }).line).toBe(
      'CLUSRPC WARNING - ports leak, none is left in 12 h | udp=2;;;0 left=43200s;86400:;7200:;0',
    );
  });

  test('no leak is no alarm, and what cannot be told is unknown', () => {
    const report = leaking(null);
    expect(watchNagios({ ...report, verdict: 'not-leaking' }, { crit: 1 }).state).toBe('OK');
    expect(watchNagios({ ...report, verdict: 'cannot-tell' }, {}).line).toBe(
      'CLUSRPC UNKNOWN - leak: unknown | udp=2;;;0',
    );
  });
});
