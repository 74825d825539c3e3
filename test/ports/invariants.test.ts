import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClientProcess, PortBroker } from '../../src/ports/broker.ts';
import type { LeaseState, PortLease, PortSnapshot } from '../../src/ports/lease.ts';
import { configuredPool, type PortPool } from '../../src/ports/pool.ts';
import { CLIENT_PROFILES, type ClientProfileName, FAILURE_KINDS } from '../../src/ports/profiles.ts';
import { mergeRanges } from '../../src/ports/ranges.ts';
import { type BrokerView, checkInvariants, mayBecome, portOwnership } from './check-invariants.ts';

const IDS = ['a', 'b', 'c'];
const step = fc.record({
  id: fc.constantFrom(...IDS),
  act: fc.constantFrom('open', 'open', 'open', 'close', 'close', 'fail', 'skip', 'recycle', 'cancel', 'end'),
  pick: fc.nat(1000),
  failure: fc.constantFrom(...FAILURE_KINDS),
  wait: fc.constantFrom(0, 0, 1, 10, 99, 100, 350),
});

test('whatever several programs do, every rule of the port model holds after every step', () => {
  const run = fc.record({
    profile: fc.constantFrom(...(Object.keys(CLIENT_PROFILES) as ClientProfileName[])),
    onExhaustion: fc.constantFrom('fail' as const, 'hang' as const),
    ranges: fc.constantFrom(
      [{ first: 5000, last: 5004 }],
      [
        { first: 31, last: 33 },
        { first: 64, last: 65 },
        { first: 65_535, last: 65_535 },
      ],
    ),
    steps: fc.array(step, { maxLength: 120 }),
  });
  fc.assert(
    fc.property(run, ({ profile, onExhaustion, ranges, steps }) => {
      const broker = new PortBroker(configuredPool(mergeRanges(ranges)));
      const unlawful: string[] = [];
      const onChange = (lease: PortLease, from: LeaseState): void => {
        if (!mayBecome(from, lease.state)) unlawful.push(`${from} to ${lease.state}`);
      };
      const start = (id: string): ClientProcess =>
        broker.startProcess(id, { profile, onExhaustion, recycleAfter: 100 }, { onChange });
      const processes = new Map(IDS.map((id) => [id, start(id)]));
      let now = 0;
      for (const { id, act, pick, failure, wait } of steps) {
        const before = portOwnership(broker);
        const process = processes.get(id) as ClientProcess;
        const { runtime } = process;
        const inUse = [...runtime.leases()].filter((lease) => lease.state === 'in-use');
        const lease = inUse[pick % Math.max(1, inUse.length)];
        now += wait;
        if (act === 'open') {
          const result = runtime.open(now);
          if (result.kind === 'waiting' && pick % 3 === 0) runtime.cancel(result.wait);
          if (result.kind === 'refused' && result.reason === 'exhausted' && profile !== 'strict') {
            expect(runtime.snapshot()).toMatchObject({ inUse: 0, closing: 0, recycled: 0 });
          }
        } else if (act === 'recycle') runtime.recycleDue(now);
        else if (act === 'close' && lease !== undefined) runtime.close(lease, now);
        else if (act === 'fail' && lease !== undefined) runtime.fail(lease, failure, now);
        else if (act === 'skip' && lease !== undefined) runtime.skip(lease, now);
        else if (act === 'end') {
          process.end(now);
          const others = new Set(IDS.filter((other) => other !== id));
          expect(
            checkInvariants(broker, {
              ...before,
              leases: new Map([...before.leases].filter(([, held]) => others.has(held.process))),
            }),
          ).toEqual([]);
          processes.set(id, start(id));
          continue;
        }
        expect(checkInvariants(broker, before)).toEqual([]);
        const { pool, inUse: used, closing, recycled, leaked } = broker.snapshot();
        expect(used + closing + recycled + leaked).toBeLessThanOrEqual(pool);
        if (CLIENT_PROFILES[profile].onFailure === 'retain') expect(leaked).toBe(0);
      }
      expect(unlawful).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('the end of every process gives the whole pool back', () => {
  const broker = new PortBroker(configuredPool([{ first: 5000, last: 5019 }]));
  const process = broker.startProcess('a');
  for (let i = 0; i < 20; i++) {
    const opened = process.runtime.open(0);
    if (opened.kind === 'leased' && i % 2 === 0) process.runtime.fail(opened.lease, 'fault', 0);
  }
  process.end(1);
  expect([broker.available, [...broker.leases()]]).toEqual([20, []]);
});

interface Parts {
  readonly pool: PortPool;
  readonly available: number;
  readonly isAvailable: (port: number) => boolean;
  readonly leases: readonly PortLease[];
  readonly snapshot: PortSnapshot;
  readonly next: number | null;
}

const GOOD: Parts = {
  pool: configuredPool([{ first: 1, last: 3 }]),
  available: 1,
  isAvailable: (port: number) => port === 3,
  leases: [
    { port: 1, process: 'a', state: 'closing', since: 5 },
    { port: 2, process: 'a', state: 'leaked', since: 7 },
  ],
  snapshot: { pool: 3, inUse: 0, closing: 1, recycled: 0, leaked: 1 },
  next: 15,
};

test.each<[string, Partial<Parts>, readonly string[]]>([
  ['a sound view', {}, []],
  ['a held port that is available too', { isAvailable: (port) => port !== 1, available: 2 }, ['partition']],
  ['a port that nobody has', { isAvailable: () => false, available: 0 }, ['partition']],
  ['a broker that counts wrongly', { available: 2 }, ['counts']],
  ['a runtime that counts wrongly', { snapshot: { ...GOOD.snapshot, leaked: 0 } }, ['counts']],
  ['a wrong recycle time', { next: 14 }, ['recycle-time']],
  ['a port recycled too late', { next: null }, ['recycle-time']],
  [
    'a port outside the pool',
    {
      leases: [...GOOD.leases, { port: 9, process: 'a', state: 'leaked', since: 0 }],
      snapshot: { ...GOOD.snapshot, leaked: 2 },
    },
    ['foreign-port'],
  ],
])('%s gives %j', (_, change, rules) => {
  expect(checkInvariants(view({ ...GOOD, ...change })).map(({ rule }) => rule)).toEqual(rules);
});

test('a port that leaves its process while that runs, and one that is leaked no more, are breaches', () => {
  const before = portOwnership(view(GOOD));
  const leases: PortLease[] = [{ port: 2, process: 'a', state: 'recycled', since: 7 }];
  const later = view({
    ...GOOD,
    leases,
    snapshot: { ...GOOD.snapshot, closing: 0, recycled: 1, leaked: 0 },
    isAvailable: (port) => port !== 2,
    available: 2,
    next: null,
  });
  expect(checkInvariants(later)).toEqual([]);
  expect(checkInvariants(later, before).map(({ rule }) => rule)).toEqual(['ownership', 'leaked-for-good']);
});

function view({ pool, available, isAvailable, leases, snapshot, next }: Parts): BrokerView {
  const runtime = {
    leases: () => leases,
    snapshot: () => snapshot,
    nextRecycleAt: () => next,
    settings: { recycleAfter: 10 },
  };
  return { pool, available, isAvailable, processes: () => [{ id: 'a', runtime }] };
}
