import { expect, test } from 'vitest';
import { PortBroker } from '../../src/ports/broker.ts';
import type { PortLease } from '../../src/ports/lease.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import { FAILURE_KINDS, type RuntimeOptions } from '../../src/ports/profiles.ts';
import { parsePortRanges } from '../../src/ports/ranges.ts';
import type { DatagramRuntime, OpenResult, OpenWait } from '../../src/ports/runtime.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';

const T = 240_000;

test('an open takes the lowest free port, and a closed one comes back after 240 seconds', () => {
  const { runtime } = machine('5000-5002');
  const first = leased(runtime.open(0));
  expect([first.port, leased(runtime.open(0)).port]).toEqual([5000, 5001]);
  runtime.close(first, 1000);
  expect(runtime.nextRecycleAt()).toBe(1000 + T);
  expect(leased(runtime.open(1000 + T - 1)).port).toBe(5002);
  expect(runtime.open(1000 + T - 1).kind).toBe('refused');
  expect(leased(runtime.open(1000 + T)).port).toBe(5000);
});

test('recycled ports serve in the order in which they were recycled, before any new one', () => {
  const { runtime } = machine('5000-5009');
  const [a, b, c] = [leased(runtime.open(0)), leased(runtime.open(0)), leased(runtime.open(0))];
  runtime.close(b, 10);
  runtime.close(c, 20);
  runtime.close(a, 30);
  expect(runtime.recycleDue(T + 30)).toBe(3);
  expect([0, 1, 2, 3].map(() => leased(runtime.open(T + 30)).port)).toEqual([5001, 5002, 5000, 5003]);
});

test('a port that became recycled by a failure queues behind one that was due before', () => {
  const { runtime } = machine('5000-5001', { profile: 'windows-2000-sp4' });
  const [a, b] = [leased(runtime.open(0)), leased(runtime.open(0))];
  runtime.close(a, 0);
  runtime.fail(b, 'no-answer', T + 5);
  expect([leased(runtime.open(T + 5)).port, leased(runtime.open(T + 5)).port]).toEqual([5000, 5001]);
});

test('on an unfixed machine a failed open leaks its port until the process ends', () => {
  const { broker, process, runtime } = machine('5000-5001');
  expect(runtime.fail(leased(runtime.open(0)), 'no-memory', 0)).toBe('leaked');
  expect(runtime.fail(leased(runtime.open(0)), 'reject', 0)).toBe('leaked');
  expect(runtime.open(T * 1000)).toEqual({ kind: 'refused', error: 1721, reason: 'exhausted', retryAt: null });
  expect(runtime.snapshot()).toEqual({ pool: 2, inUse: 0, closing: 0, recycled: 0, leaked: 2 });
  expect(broker.available).toBe(0);
  process.end(T * 1000);
  expect(broker.available).toBe(2);
  expect(leased(broker.startProcess('next').runtime.open(0)).port).toBe(5000);
});

test.each(['windows-2000-sp3-kb814622', 'windows-2000-sp4'] as const)(
  'on %s a failed open keeps its port for the process',
  (profile) => {
    const { runtime } = machine('5000', { profile });
    for (let now = 0; now < 100; now++) expect(runtime.fail(leased(runtime.open(now)), 'fault', now)).toBe('recycled');
    expect(runtime.snapshot()).toMatchObject({ recycled: 1, leaked: 0 });
  },
);

test('how a fixed machine gives the port back is a setting', () => {
  const { runtime } = machine('5000', { profile: 'windows-2000-sp4', afterFailure: 'closing', recycleAfter: 50 });
  expect(runtime.fail(leased(runtime.open(0)), 'fault', 0)).toBe('closing');
  expect(runtime.open(49)).toMatchObject({ kind: 'refused', reason: 'stalled', retryAt: 50 });
  expect(leased(runtime.open(50)).port).toBe(5000);
});

test('failures that are no failed opens leak only when they are told to', () => {
  const usual = FAILURE_KINDS.map((kind) => {
    const { runtime } = machine('5000');
    return [kind, runtime.fail(leased(runtime.open(0)), kind, 0)];
  });
  expect(Object.fromEntries(usual)).toEqual({
    'no-answer': 'leaked',
    reject: 'leaked',
    fault: 'leaked',
    'callback-failed': 'leaked',
    'no-memory': 'leaked',
    'close-failed': 'closing',
    'call-failed-later': 'in-use',
  });
  for (const kind of FAILURE_KINDS) {
    const { runtime } = machine('5000', { leakOn: [kind] });
    expect(runtime.fail(leased(runtime.open(0)), kind, 0)).toBe('leaked');
  }
  const { runtime } = machine('5000', { leakOn: [] });
  expect(runtime.fail(leased(runtime.open(0)), 'no-answer', 0)).toBe('recycled');
});

test('a later call that fails leaves the handle open, so the port can still be closed', () => {
  const { runtime } = machine('5000');
  const lease = leased(runtime.open(0));
  runtime.fail(lease, 'call-failed-later', 0);
  runtime.close(lease, 0);
  expect(lease.state).toBe('closing');
});

test('stalled means that a port comes back, and when, if that is known', () => {
  const { runtime } = machine('5000-5001');
  const [a, b] = [leased(runtime.open(0)), leased(runtime.open(0))];
  expect(runtime.open(1)).toEqual({ kind: 'refused', error: 1721, reason: 'stalled', retryAt: null });
  runtime.close(b, 2);
  runtime.fail(a, 'reject', 2);
  expect(runtime.open(3)).toEqual({ kind: 'refused', error: 1721, reason: 'stalled', retryAt: 2 + T });
});

test('to the letter of the article no port serves twice: exhausted after as many opens as ports', () => {
  const { runtime } = machine('5000-5002', { profile: 'strict' });
  const ports = [0, 1, 2].map((now) => {
    const lease = leased(runtime.open(now * T * 2));
    runtime.close(lease, now * T * 2);
    return lease.port;
  });
  expect(ports).toEqual([5000, 5001, 5002]);
  expect(runtime.open(T * 10)).toMatchObject({ kind: 'refused', reason: 'exhausted', retryAt: null });
  expect(runtime.snapshot()).toEqual({ pool: 3, inUse: 0, closing: 0, recycled: 3, leaked: 0 });
});

test('a recycled port of one process is never given to another', () => {
  const { broker, runtime } = machine('5000-5001');
  runtime.close(leased(runtime.open(0)), 0);
  runtime.recycleDue(T);
  const other = broker.startProcess('other').runtime;
  expect(leased(other.open(T)).port).toBe(5001);
  expect(other.open(T)).toMatchObject({ kind: 'refused', reason: 'stalled' });
  expect(broker.snapshot()).toEqual({ pool: 2, inUse: 1, closing: 0, recycled: 1, leaked: 0 });
});

test('a process that holds nothing is exhausted when others hold everything', () => {
  const { broker, runtime } = machine('5000');
  runtime.open(0);
  expect(broker.startProcess('other').runtime.open(0)).toMatchObject({ reason: 'exhausted', retryAt: null });
});

test('a port that the operating system refuses is skipped, counted, and tried again only as the last resort', () => {
  const { runtime } = machine('5000-5002');
  const skipped = leased(runtime.open(0));
  const lease = leased(runtime.skip(skipped, 0));
  expect([skipped.state, lease.port]).toEqual(['skipped', 5001]);
  expect(leased(runtime.open(0)).port).toBe(5002);
  const again = leased(runtime.open(0));
  expect(again.port).toBe(5000);
  expect(runtime.skip(again, 0)).toMatchObject({ kind: 'refused', reason: 'stalled' });
  expect(runtime.counters()).toMatchObject({ skips: 2, skipped: 1, leased: 2, refused: 1 });
});

test('a pool whose every port other programs have is stalled, not exhausted', () => {
  const { runtime } = machine('5000-5001');
  const refused = runtime.skip(leased(runtime.skip(leased(runtime.open(0)), 0)), 0);
  expect(refused).toMatchObject({ kind: 'refused', reason: 'stalled', retryAt: null });
});

test('opens that hang get their ports in the order in which they came', () => {
  const granted: [OpenWait, number][] = [];
  const broker = new PortBroker(configuredPool(parsePortRanges('5000-5001')));
  const hooks = { onGranted: (wait: OpenWait, lease: PortLease) => granted.push([wait, lease.port]) };
  const { runtime } = broker.startProcess('a', { onExhaustion: 'hang' }, hooks);
  const [a, b] = [leased(runtime.open(0)), leased(runtime.open(0))];
  const waits = [waiting(runtime.open(0)), waiting(runtime.open(0)), waiting(runtime.open(0))] as const;
  runtime.close(b, 10);
  runtime.close(a, 20);
  expect(runtime.cancel(waits[0])).toBe(true);
  runtime.recycleDue(T + 20);
  expect(granted).toEqual([
    [waits[1], 5001],
    [waits[2], 5000],
  ]);
  expect(runtime.cancel(waits[1])).toBe(false);
});

test('a newcomer does not pass those that wait', () => {
  const { runtime } = machine('5000', { onExhaustion: 'hang', profile: 'windows-2000-sp4' });
  const lease = leased(runtime.open(0));
  const wait = waiting(runtime.open(0));
  waiting(runtime.open(0));
  runtime.fail(lease, 'fault', 1);
  expect([runtime.snapshot().inUse, runtime.counters().waiting, runtime.cancel(wait)]).toEqual([1, 1, false]);
});

test('the end of another process wakes opens that wait', () => {
  const { broker, process, runtime } = machine('5000');
  runtime.open(0);
  const other = broker.startProcess('other', { onExhaustion: 'hang' }).runtime;
  expect(other.open(0)).toMatchObject({ kind: 'waiting', reason: 'exhausted' });
  process.end(5);
  expect(other.snapshot().inUse).toBe(1);
});

test('every change is told, so that sockets can follow', () => {
  const told: string[] = [];
  const broker = new PortBroker(configuredPool(parsePortRanges('5000')));
  const onChange = (lease: PortLease, from: string): unknown =>
    told.push(`${lease.port} ${from} ${lease.state} ${lease.since}`);
  const process = broker.startProcess('a', {}, { onChange });
  process.runtime.close(leased(process.runtime.open(1)), 2);
  process.runtime.recycleDue(T + 100);
  process.runtime.open(T + 200);
  process.end(T + 300);
  expect(told).toEqual([
    '5000 available in-use 1',
    '5000 in-use closing 2',
    `5000 closing recycled ${T + 2}`,
    `5000 recycled in-use ${T + 200}`,
    `5000 in-use available ${T + 300}`,
  ]);
});

test.each<[string, (runtime: DatagramRuntime, lease: PortLease) => unknown]>([
  ['closing a lease twice', (runtime, lease) => runtime.close(lease, 1)],
  ['failing a closed lease', (runtime, lease) => runtime.fail(lease, 'fault', 1)],
  ['skipping a closed lease', (runtime, lease) => runtime.skip(lease, 1)],
  ['going back in time', (runtime) => runtime.open(-1)],
  ['a time that is no number', (runtime) => runtime.open(Number.NaN)],
  [
    'closing a lease of which a later open has the port',
    (runtime, lease) => runtime.open(T) && runtime.close(lease, T),
  ],
])('%s is misuse', (_, act) => {
  const { runtime } = machine('5000');
  const lease = leased(runtime.open(0));
  runtime.close(lease, 0);
  expect(() => act(runtime, lease)).toThrow(LocalMisuseError);
});

test('after the end of a process its runtime takes no more calls, and its id is free again', () => {
  const { broker, process, runtime } = machine('5000');
  expect(() => broker.startProcess('program')).toThrow(LocalMisuseError);
  process.end(0);
  process.end(0);
  expect(() => runtime.open(1)).toThrow(LocalMisuseError);
  expect(broker.startProcess('program').runtime.snapshot().inUse).toBe(0);
});

test('a million cycles take no time and no memory to speak of', () => {
  const { runtime } = machine('5000-5099');
  const cycle = (i: number): void => runtime.close(leased(runtime.open(i * 3000)), i * 3000);
  for (let i = 0; i < 50_000; i++) cycle(i);
  const heap = process.memoryUsage().heapUsed;
  const start = performance.now();
  for (let i = 50_000; i < 1_050_000; i++) cycle(i);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 1024 * 1024);
  expect([...runtime.leases()].length).toBeLessThanOrEqual(100);
  expect(runtime.counters()).toMatchObject({ leased: 1_050_000, closed: 1_050_000, refused: 0 });
});

function machine(ports: string, options: RuntimeOptions = {}) {
  const broker = new PortBroker(configuredPool(parsePortRanges(ports)));
  const process = broker.startProcess('program', options);
  return { broker, process, runtime: process.runtime };
}

function leased(result: OpenResult): PortLease {
  if (result.kind !== 'leased') throw new Error(`not leased: ${JSON.stringify(result)}`);
  return result.lease;
}

function waiting(result: OpenResult): OpenWait {
  if (result.kind !== 'waiting') throw new Error(`not waiting: ${JSON.stringify(result)}`);
  return result.wait;
}
