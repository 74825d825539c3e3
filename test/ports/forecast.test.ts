import { expect, test } from 'vitest';
import { failureRateFromHang, forecast, neededPool, portCapacity } from '../../src/ports/forecast.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';
import { simulate } from './simulate.ts';

const DAY = 86_400_000;

test('a hundred ports carry 0.42 opens a second, twenty one each twelve seconds', () => {
  expect(portCapacity({ pool: 100 }).sustainedOpensPerSecond).toBeCloseTo(0.4167, 4);
  expect(portCapacity({ pool: 20 }).everyMs).toBe(12_000);
  expect(portCapacity({ pool: 20 }, 60_000).everyMs).toBe(15_000);
  expect(portCapacity({ pool: 20, reuse: 'never' })).toEqual({ sustainedOpensPerSecond: 0, everyMs: null });
});

test('twenty ports, one open each twenty seconds, one in five failing: the first refusal comes near open 55', () => {
  const { circulating, firstRefusal } = forecast({ pool: 20 }, { everyMs: 20_000, failureRate: 0.2 });
  expect(circulating).toBe(11);
  expect(firstRefusal?.open.p50).toBeGreaterThanOrEqual(54);
  expect(firstRefusal?.open.p50).toBeLessThanOrEqual(57);
  expect(firstRefusal?.ms.p50).toBe(((firstRefusal?.open.p50 ?? 0) - 1) * 20_000);
});

const LEAKING = [
  { pool: 20, everyMs: 20_000, holdMs: 0, failureRate: 0.2, failedMs: 0 },
  { pool: 100, everyMs: 5000, holdMs: 10_000, failureRate: 0.05, failedMs: 0 },
  { pool: 50, everyMs: 30_000, holdMs: 60_000, failureRate: 0.02, failedMs: 0 },
  { pool: 100, everyMs: 4000, holdMs: 0, failureRate: 0.5, failedMs: 60_000 },
  { pool: 40, everyMs: 7001, holdMs: 333, failureRate: 0.1, failedMs: 4000 },
];

test.each(LEAKING)('the first refusal of a leaking runtime is where the formula says: %o', ({ pool, ...load }) => {
  const runs = Array.from(
    { length: 1000 },
    (_, seed) => simulate({ pool }, load, 20_000, seed + 1).firstRefusal ?? Infinity,
  );
  const predicted = forecast({ pool }, load).firstRefusal?.open;
  if (predicted === undefined) throw new Error('no refusal predicted');
  expect(Math.abs(median(runs) - predicted.p50) / predicted.p50).toBeLessThan(0.03);
  expect(share(runs, predicted.p05, predicted.p95)).toBeGreaterThan(0.85);
  expect(share(runs, predicted.p05, predicted.p95)).toBeLessThan(0.95);
});

test.each([...LEAKING.slice(0, 2), { pool: 20, everyMs: 10_000, holdMs: 0, failureRate: 0.1, failedMs: 0 }])(
  'the exhaustion of a leaking runtime is where the formula says: %o',
  ({ pool, ...load }) => {
    const runs = Array.from(
      { length: 500 },
      (_, seed) => simulate({ pool }, load, 50_000, seed + 1).exhaustedMs ?? Infinity,
    );
    const predicted = forecast({ pool }, load).exhaustionMs;
    if (predicted === null) throw new Error('no exhaustion predicted');
    expect(Math.abs(median(runs) - predicted.p50) / predicted.p50).toBeLessThan(0.06);
    expect(share(runs, predicted.p05, predicted.p95)).toBeGreaterThan(0.82);
  },
);

test('at or below its capacity a fixed runtime is never refused, whatever fails', () => {
  const machine = { pool: 20, onFailure: 'retain' } as const;
  for (const failureRate of [0, 0.3]) {
    const load = { everyMs: 12_000, holdMs: 0, failureRate, failedMs: 0 };
    expect(forecast(machine, load)).toMatchObject({ steadyNeed: 20, firstRefusal: null, exhaustionMs: null });
    expect(simulate(machine, load, 20_000, 1)).toEqual({ firstRefusal: null, exhaustedMs: null });
  }
});

test('the ports that failing opens hold on a fixed runtime are in its steady need', () => {
  const load = { everyMs: 12_000, holdMs: 0, failureRate: 0.5, failedMs: 120_000 };
  expect(forecast({ pool: 25, onFailure: 'retain' }, load)).toMatchObject({ steadyNeed: 25, firstRefusal: null });
  expect(simulate({ pool: 25, onFailure: 'retain' }, load, 50_000, 1).firstRefusal).toBeNull();
  expect(forecast({ pool: 25 }, load).steadyNeed).toBe(20);
});

test('above its capacity a fixed runtime stalls at open N + 1, and later where opens fail', () => {
  const machine = { pool: 20, onFailure: 'retain' } as const;
  const load = { everyMs: 10_000, holdMs: 0, failureRate: 0, failedMs: 0 };
  const { firstRefusal, exhaustionMs } = forecast(machine, load);
  expect(firstRefusal).toMatchObject({
    reason: 'stalled',
    bound: 'estimate',
    open: { p05: 21, p95: 21 },
    ms: { p50: 200_000 },
  });
  expect(exhaustionMs).toBeNull();
  expect(simulate(machine, load, 2000, 1)).toEqual({ firstRefusal: 21, exhaustedMs: null });
  const failing = { ...load, failureRate: 0.3 };
  const runs = Array.from(
    { length: 200 },
    (_, seed) => simulate(machine, failing, 5000, seed + 1).firstRefusal ?? Infinity,
  );
  const earliest = forecast(machine, failing).firstRefusal;
  expect(earliest?.bound).toBe('earliest');
  expect(median(runs)).toBeGreaterThanOrEqual(earliest?.open.p50 ?? Infinity);
});

test('a load above the capacity uses up a leaking pool before a port comes back', () => {
  const load = { everyMs: 10_000, holdMs: 0, failureRate: 0.1, failedMs: 0 };
  expect(forecast({ pool: 20 }, load).firstRefusal).toMatchObject({ open: { p05: 21, p50: 21, p95: 21 } });
  expect(simulate({ pool: 20 }, load, 100, 5).firstRefusal).toBe(21);
});

test('when every open fails, the process is exhausted at once and not stalled', () => {
  const load = { everyMs: 1000, holdMs: 0, failureRate: 1, failedMs: 0 };
  const { firstRefusal, exhaustionMs } = forecast({ pool: 30 }, load);
  expect(firstRefusal).toMatchObject({ reason: 'exhausted', open: { p50: 31 } });
  expect(exhaustionMs?.p50).toBe(30_000);
  expect(simulate({ pool: 30 }, load, 100, 1)).toEqual({ firstRefusal: 31, exhaustedMs: 30_000 });
});

test.each(['leak', 'retain'] as const)(
  'without reuse the process is exhausted after N opens, on %s machines',
  (onFailure) => {
    const machine = { pool: 15, reuse: 'never', onFailure } as const;
    const load = { everyMs: 100_000, holdMs: 0, failureRate: 0.2, failedMs: 0 };
    const { firstRefusal, exhaustionMs, remarks } = forecast(machine, load);
    expect(firstRefusal).toMatchObject({ reason: 'exhausted', open: { p05: 16, p50: 16, p95: 16 } });
    expect(exhaustionMs?.p50).toBe(1_500_000);
    expect(remarks.join()).toContain('Every open takes a port for good');
    expect(simulate(machine, load, 1000, 3).firstRefusal).toBe(16);
  },
);

test('opens at random stall now and then at any load, and the forecast says so', () => {
  const { stallShare, remarks } = forecast({ pool: 20, onFailure: 'retain' }, { everyMs: 12_000, arrivals: 'poisson' });
  // Erlang's table: 20 circuits under 20 Erlang lose 15.9 per cent.
  expect(stallShare).toBeCloseTo(0.159, 3);
  expect(remarks.join()).toContain('no sharp limit');
  expect(forecast({ pool: 20 }, { everyMs: 12_000 }).stallShare).toBeNull();
});

test('opens farther apart than a port needs to recycle never stall: the first refusal is the exhaustion', () => {
  const load = { everyMs: 300_000, holdMs: 0, failureRate: 0.5, failedMs: 0 };
  const { circulating, firstRefusal, exhaustionMs } = forecast({ pool: 10 }, load);
  expect([circulating, firstRefusal?.reason]).toEqual([0, 'exhausted']);
  expect(exhaustionMs?.p50).toBe(firstRefusal?.ms.p50);
  const run = simulate({ pool: 10 }, load, 1000, 4);
  expect(run.exhaustedMs).toBe(((run.firstRefusal ?? 0) - 1) * 300_000);
});

test('an empty pool refuses the first open', () => {
  expect(forecast({ pool: 0 }, { everyMs: 1000 }).firstRefusal).toMatchObject({
    reason: 'exhausted',
    open: { p50: 1 },
    ms: { p50: 0 },
  });
});

test('the pool that is needed for an uptime holds it as often as asked', () => {
  const load = { everyMs: 20_000, holdMs: 0, failureRate: 0.1, failedMs: 0 };
  const uptime = DAY / 4;
  const { size, range } = neededPool({}, load, uptime, 0.95);
  expect(range).toEqual({ first: 5001, last: 5000 + size });
  const opens = uptime / load.everyMs + 1;
  const held = (pool: number): number =>
    Array.from({ length: 400 }, (_, seed) => simulate({ pool }, load, opens, seed + 1)).filter(
      (run) => run.firstRefusal === null,
    ).length / 400;
  expect(held(size)).toBeGreaterThan(0.92);
  expect(held(size - 8)).toBeLessThan(0.9);
});

test('the pool that is needed without leaks is the steady need, and never more than the opens', () => {
  expect(neededPool({ onFailure: 'retain' }, { everyMs: 12_000, failureRate: 0.5 }, DAY).size).toBe(20);
  expect(neededPool({}, { everyMs: 12_000 }, DAY).size).toBe(20);
  expect(neededPool({}, { everyMs: 12_000 }, 60_000).size).toBe(6);
  expect(neededPool({ reuse: 'never' }, { everyMs: 60_000 }, DAY).size).toBe(1441);
});

test('a pool larger than all ports has no range', () => {
  expect(neededPool({ reuse: 'never' }, { everyMs: 1000 }, DAY * 30)).toEqual({ size: 2_592_001, range: null });
});

test('a hang after two days at one open each ten seconds with a hundred ports gives the failure rate', () => {
  const estimate = failureRateFromHang({ pool: 100 }, { everyMs: 10_000 }, 2 * DAY);
  // w = 23, rt = 17280: (100 - 23) / (17280 - 23)
  expect(estimate).toMatchObject({ kind: 'leak', circulating: 23, failureRate: 77 / 17_257 });
});

test('the estimated failure rate foretells the hang that it came from', () => {
  const estimate = failureRateFromHang({ pool: 100 }, { everyMs: 10_000 }, 2 * DAY);
  if (estimate.kind !== 'leak') throw new Error('no leak');
  const { firstRefusal } = forecast({ pool: 100 }, { everyMs: 10_000, failureRate: estimate.failureRate });
  expect(Math.abs((firstRefusal?.ms.p50 ?? 0) - 2 * DAY) / DAY).toBeLessThan(0.03);
});

test('a hang within minutes above the capacity is a stall, not a leak', () => {
  const estimate = failureRateFromHang({ pool: 20 }, { everyMs: 2000 }, 5 * 60_000);
  expect(estimate).toMatchObject({ kind: 'stall', expectedMs: 40_000, message: expect.stringContaining('not a leak') });
});

test('a hang before as many opens as there are ports has another reason', () => {
  expect(failureRateFromHang({ pool: 100 }, { everyMs: 10_000 }, 600_000)).toMatchObject({
    kind: 'not-the-ports',
    opens: 60,
  });
});

test.each([
  { everyMs: 0 },
  { everyMs: Number.NaN },
  { everyMs: 1, failureRate: 1.1 },
  { everyMs: 1, holdMs: -1 },
  { everyMs: Infinity },
])('%o is refused as a load', (load) => {
  expect(() => forecast({ pool: 20 }, load)).toThrow(LocalMisuseError);
  expect(() => neededPool({}, load, DAY)).toThrow(LocalMisuseError);
  expect(() => failureRateFromHang({ pool: 20 }, { ...load, everyMs: 0 }, DAY)).toThrow(LocalMisuseError);
});

test.each([-1, 1.5, 65_537, Number.NaN])('%d is refused as a number of ports', (pool) => {
  expect(() => forecast({ pool }, { everyMs: 1 })).toThrow(LocalMisuseError);
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function share(values: readonly number[], from: number, to: number): number {
  return values.filter((value) => value >= from && value <= to).length / values.length;
}
