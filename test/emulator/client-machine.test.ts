import { describe, expect, test } from 'vitest';
import { ClientMachine, type ClientMachineOptions } from '../../src/emulator/client-machine.ts';
import type { EmulatedProcess } from '../../src/emulator/emulated-process.ts';
import type { InjectedFailure } from '../../src/emulator/open-failures.ts';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import type { FailureKind } from '../../src/ports/profiles.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { checkInvariants, type PortOwnership, portOwnership } from '../ports/check-invariants.ts';
import { CLIENT, rejection, type VirtualHostOptions, virtualHost } from './kit.ts';

type OpenRest = Parameters<EmulatedProcess['open']> extends [unknown, ...infer Rest] ? Rest : never;

/** A client machine with one program beside an emulated host, on virtual time, checked after every step. */
async function virtualMachine(options: ClientMachineOptions = {}, hostOptions: VirtualHostOptions = {}) {
  const { clock, network, newUuid, host, rpc } = await virtualHost(hostOptions);
  await rpc.close();
  const machine = new ClientMachine({
    network,
    address: CLIENT,
    newUuid,
    ports: '5000-5009',
    hosts: [host],
    ...options,
  });
  const time = new VirtualTime({
    clock,
    blocked: () => machine.blockedOpens,
    onStandstill: (error) => machine.giveUpWaits(error),
  });
  const program = machine.startProcess('program');
  let before: PortOwnership | undefined;
  const check = () => {
    expect(checkInvariants(machine.broker, before)).toEqual([]);
    before = portOwnership(machine.broker);
    expect(network.bound(CLIENT)).toEqual(
      [...machine.broker.leases()]
        .filter(({ state }) => state === 'in-use' || state === 'closing')
        .map(({ port }) => port)
        .sort((a, b) => a - b),
    );
  };
  const open = async (process: EmulatedProcess = program, ...rest: OpenRest) => {
    try {
      return await time.run(() => process.open('CLUSTER1', ...rest));
    } finally {
      check();
    }
  };
  const close = async (session: { close(): Promise<unknown> }) => {
    const unconfirmed = await time.run(() => session.close());
    check();
    return unconfirmed;
  };
  return { clock, network, host, machine, time, program, open, close, check };
}

test('an open takes the lowest port, holds it, lets it rest 240 s, and uses it again', async () => {
  const { open, close, time, machine, network, check } = await virtualMachine();
  const first = await open();
  expect(network.bound(CLIENT)).toEqual([5000]);
  const second = await open();
  expect(network.bound(CLIENT)).toEqual([5000, 5001]);
  expect(await close(first)).toBeNull();
  expect(machine.snapshot()).toEqual({ pool: 10, inUse: 1, closing: 1, recycled: 0, leaked: 0 });
  await time.advance('239s');
  check();
  expect(network.bound(CLIENT)).toEqual([5000, 5001]);
  await time.advance('2s');
  check();
  expect(network.bound(CLIENT)).toEqual([5001]);
  expect(machine.snapshot()).toMatchObject({ recycled: 1, closing: 0 });
  await open();
  expect(network.bound(CLIENT)).toEqual([5000, 5001]);
  expect(await time.run(() => second.nodes())).toEqual(['NODE1', 'NODE2']);
});

const FAILURES: readonly (readonly [InjectedFailure, FailureKind, string])[] = [
  ['no-memory', 'no-memory', 'ERROR_OUTOFMEMORY'],
  ['no-memory-socket', 'no-memory', 'ERROR_OUTOFMEMORY'],
  ['no-memory-call', 'no-memory', 'ERROR_OUTOFMEMORY'],
  ['no-answer', 'no-answer', 'RPC_S_SERVER_UNAVAILABLE'],
  ['reject', 'reject', 'RPC_S_SERVER_TOO_BUSY'],
  ['callback', 'callback-failed', 'RPC_S_CALL_FAILED'],
];

test.each(FAILURES)(
  'an open that fails by %s leaks its port on an unfixed machine, and only then',
  async (fail, kind, code) => {
    for (const [options, leaked] of [
      [{ profile: 'windows-2000-sp3' }, 1],
      [{ profile: 'windows-2000-sp4' }, 0],
      [{ profile: 'windows-2000-sp3', leakOn: [kind] }, 1],
      [{ profile: 'windows-2000-sp3', leakOn: FAILURES.map(([, each]) => each).filter((each) => each !== kind) }, 0],
    ] as const) {
      const { open, machine, network } = await virtualMachine(options);
      expect(await rejection(open(undefined, {}, { fail }))).toMatchObject({ code });
      expect(network.bound(CLIENT)).toEqual([]);
      expect(machine.snapshot()).toEqual({ pool: 10, inUse: 0, closing: 0, recycled: 1 - leaked, leaked });
    }
  },
);

describe('memory that runs out in an open', () => {
  const AFTER = { inUse: 0, closing: 0, recycled: 0, leaked: 0 } as const;

  test.each([
    ['no-memory-binding', 'before a port is asked for, so none is touched', [], 0, { sp3: {}, sp4: {} }],
    ['no-memory-socket', 'with the port that never had a socket', [], 1, { sp3: { leaked: 1 }, sp4: { recycled: 1 } }],
    ['no-memory-call', 'with a socket that has sent nothing', [5000], 1, { sp3: { leaked: 1 }, sp4: { recycled: 1 } }],
    ['no-memory-handle', 'after the server has opened', [5000], 1, { sp3: { closing: 1 }, sp4: { closing: 1 } }],
  ] as const)('%s: %s', async (fail, _what, bound, leases, after) => {
    for (const profile of ['sp3', 'sp4'] as const) {
      const { open, machine, network, host, program } = await virtualMachine({ profile: `windows-2000-${profile}` });
      const everBound = new Set<number>();
      const bind = network.bind.bind(network);
      network.bind = (address, deliver) => {
        everBound.add(address.port);
        return bind(address, deliver);
      };
      expect(await rejection(open(undefined, {}, { fail }))).toMatchObject({ code: 'ERROR_OUTOFMEMORY', errno: 14 });
      expect([...everBound]).toEqual(bound);
      expect(program.runtime.counters().leased).toBe(leases);
      expect(machine.snapshot()).toEqual({ pool: 10, ...AFTER, ...after[profile] });
      const seen = { opens: host.calls('ApiOpenCluster').length, closes: host.calls('ApiCloseCluster').length };
      const opened = fail === 'no-memory-handle' ? 1 : 0;
      expect(seen).toEqual({ opens: opened, closes: opened });
      if (opened === 0) expect(host.counters.packetsIn).toBe(0);
      expect((await open()).name).toBe('CLUSTER1');
    }
  });
});

test('a failure for want of memory comes before anything is sent, a callback that is blocked after', async () => {
  const { open, host } = await virtualMachine();
  await rejection(open(undefined, {}, { fail: 'no-memory' }));
  expect(host.counters.packetsIn).toBe(0);
  const error = await rejection(open(undefined, {}, { fail: 'callback' }));
  expect(error).toMatchObject({ stage: 'callback-path', status: 0x1c00000b });
});

test('a server that faults leaks the port, one that answers with a status of its own does not', async () => {
  const { open, host, machine } = await virtualMachine();
  host.faults.add({ on: 'ApiOpenCluster', times: 1, action: { fault: 0x1c000012 } });
  await rejection(open());
  expect(machine.snapshot()).toMatchObject({ leaked: 1, closing: 0 });
  host.faults.add({ on: 'ApiOpenCluster', times: 1, action: { win32: 'ERROR_ACCESS_DENIED' } });
  expect(await rejection(open())).toMatchObject({ errno: 5 });
  expect(machine.snapshot()).toMatchObject({ leaked: 1, closing: 1 });
});

test('a close without an answer leaves the port closing, and leaks it where that is said to leak', async () => {
  for (const [leakOn, state] of [
    [[], 'closing'],
    [['close-failed'], 'leaked'],
  ] as const) {
    const { open, close, host, machine } = await virtualMachine({ leakOn });
    const session = await open();
    host.faults.add({ on: 'ApiCloseCluster', action: 'drop' });
    expect(await close(session)).toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
    expect(machine.snapshot()).toMatchObject({ inUse: 0, closing: 0, leaked: 0, [state]: 1 });
  }
});

test('a call that fails later leaves the handle open, or loses it where that leaks', async () => {
  for (const [leakOn, state] of [
    [[], 'inUse'],
    [['call-failed-later'], 'leaked'],
  ] as const) {
    const { open, close, host, machine, time } = await virtualMachine({ leakOn });
    const session = await open();
    host.faults.add({ on: 'ApiCreateEnum', times: 1, action: { fault: 0x1c000012 } });
    await expect(time.run(() => session.nodes())).rejects.toMatchObject({ name: 'FaultError' });
    expect(machine.snapshot()).toMatchObject({ inUse: 0, leaked: 0, [state]: 1 });
    const unconfirmed = await close(session);
    expect(unconfirmed === null).toBe(state === 'inUse');
  }
});

test('an open that is aborted has failed like one without an answer', async () => {
  const { open, host, machine, clock } = await virtualMachine();
  host.faults.add({ on: 'mapper', action: 'drop' });
  const controller = new AbortController();
  clock.at(clock.now() + 500, () => controller.abort(new Error('enough')));
  await expect(open(undefined, { signal: controller.signal })).rejects.toThrow('enough');
  expect(machine.snapshot()).toMatchObject({ leaked: 1, inUse: 0 });
});

test('the time for the whole open ends it with its own code', async () => {
  const { open, host, clock } = await virtualMachine();
  host.faults.add({ on: 'mapper', action: 'drop' });
  const before = clock.now();
  await expect(open(undefined, { timeout: 3_000 })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
  expect(clock.now() - before).toBe(3_000);
});

test('without a port an open is refused with 1721, and says whether it passes', async () => {
  const { open, close } = await virtualMachine({ ports: '5000-5001' });
  const session = await open();
  await rejection(open(undefined, {}, { fail: 'no-memory' }));
  const stalled = await rejection(open());
  expect(stalled).toMatchObject({ code: 'RPC_S_OUT_OF_RESOURCES', errno: 1721, syscall: 'OpenCluster' });
  expect(stalled.advice).toContain('come back');
  await close(session);
  for (const fail of ['no-memory', null] as const) await rejection(open(undefined, {}, { fail }));
});

test('when every port has leaked the advice is the end of the process, which gives them all back', async () => {
  const { open, machine, program, check } = await virtualMachine({ ports: '5000-5004' });
  for (let i = 0; i < 5; i++) await rejection(open(undefined, {}, { fail: 'no-memory' }));
  const exhausted = await rejection(open());
  expect(exhausted).toMatchObject({ errno: 1721, advice: expect.stringContaining('KB814622') });
  await program.end();
  expect(machine.broker.available).toBe(5);
  check();
  const next = machine.startProcess('program');
  expect((await open(next)).name).toBe('CLUSTER1');
});

test('an open that waits gets the port that recycles first', async () => {
  const { open, close, clock } = await virtualMachine({ ports: '5000', onExhaustion: 'hang' });
  await close(await open());
  const before = clock.now();
  await open();
  expect(clock.now() - before).toBeGreaterThan(239_000);
});

test('an open that waits gets the port of another process that ends', async () => {
  const { open, machine, program, time } = await virtualMachine({ ports: '5000', onExhaustion: 'hang' });
  const other = machine.startProcess('other');
  await rejection(open(other, {}, { fail: 'no-memory' }));
  const waiting = time.run(() => program.open('CLUSTER1'));
  await other.end();
  expect((await waiting).name).toBe('CLUSTER1');
});

test('a wait that nothing scheduled can end is given up with its own code', async () => {
  const { open, machine, program } = await virtualMachine({ ports: '5000', onExhaustion: 'hang' });
  await rejection(open(undefined, {}, { fail: 'no-memory' }));
  await expect(open()).rejects.toMatchObject({ code: 'ERR_CLUSRPC_STANDSTILL' });
  expect(machine.blockedOpens).toBe(0);
  expect(program.runtime.counters().waiting).toBe(0);
});

test('a wait with a time limit is ended by it, although keep-alives of an open handle go on for ever', async () => {
  const { open } = await virtualMachine({ ports: '5000', onExhaustion: 'hang' });
  await open();
  await expect(open(undefined, { timeout: 60_000 })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
  await expect(open()).rejects.toMatchObject({ code: 'ERR_CLUSRPC_STANDSTILL' });
});

test('a port that somebody else has is skipped and counted', async () => {
  const { time, network, program, machine, check } = await virtualMachine();
  const stranger = await network.bind({ host: CLIENT, port: 5000 }, () => {});
  await time.run(() => program.open('CLUSTER1'));
  expect(program.runtime.counters()).toMatchObject({ skips: 1, skipped: 1 });
  expect(program.boundPorts).toEqual([5001]);
  expect(machine.snapshot()).toMatchObject({ inUse: 1 });
  await stranger.close();
  check();
});

test('the end of a process ends its calls and its waits', async () => {
  const { open, program, machine, time, host } = await virtualMachine({ ports: '5000-5001', onExhaustion: 'hang' });
  const session = await open();
  host.faults.add({ on: 'mapper', action: 'drop' });
  const calling = rejection(time.run(() => program.open('CLUSTER1')));
  const waiting = rejection(time.run(() => program.open('CLUSTER1')));
  await time.advance('100ms');
  await program.end();
  expect(await calling).toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  expect(await waiting).toMatchObject({ message: 'process program has ended' });
  expect(await time.run(() => session.close())).toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  await expect(program.open('CLUSTER1')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  expect(machine.broker.available).toBe(2);
});

test('a process that ends while ports are closing leaves no timer behind', async () => {
  const { open, close, program, machine, time, check } = await virtualMachine();
  const sessions = [await open(), await open(), await open()];
  for (const session of sessions) {
    await close(session);
    await time.advance('5s');
  }
  await program.end();
  await time.advance('10m');
  check();
  expect(machine.broker.available).toBe(10);
});

test('two machines do not share their ports, two processes of one do', async () => {
  const { machine, network, host, time, open } = await virtualMachine();
  const other = new ClientMachine({ network, address: '192.0.2.21', ports: '5000-5009', hosts: [host] });
  await open();
  await open(machine.startProcess('second'));
  await time.run(() => other.open('node2'));
  expect(network.bound(CLIENT)).toEqual([5000, 5001]);
  expect(network.bound('192.0.2.21')).toEqual([5000]);
  expect(other.knows('Cluster1')).toBe(true);
  await expect(other.open('CLUSTER9')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
});

test('a load with failures of every kind keeps every rule of the port model', async () => {
  const { open, close, time, machine, check } = await virtualMachine({ ports: '5000-5019' });
  const random = seededRandom(11);
  const kinds = [...FAILURES.map(([kind]) => kind), null, null, null, null];
  const held: { close(): Promise<unknown> }[] = [];
  for (let i = 0; i < 150; i++) {
    const fail = kinds[Math.floor(random() * kinds.length)] ?? null;
    await open(undefined, { stageTimeout: 4_000 }, { fail: i % 8 === 0 ? fail : null }).then(
      (session) => held.push(session),
      () => {},
    );
    if (held.length > 3) await close(held.shift() as (typeof held)[0]);
    await time.advance(random() * 60_000);
    check();
  }
  const { leaked, pool } = machine.snapshot();
  expect(leaked).toBeGreaterThan(0);
  expect(leaked).toBeLessThan(pool);
  await machine.close();
  expect(machine.broker.available).toBe(pool);
});

test('opens fail as often as the rate says, the same ones for the same seed', async () => {
  const run = async (seed: number) => {
    const { program, time } = await virtualMachine({
      ports: '1025-5000',
      failures: { rate: 0.3 },
      seed,
    });
    const fates: boolean[] = [];
    for (let i = 0; i < 200; i++) {
      fates.push(
        await time
          .run(() => program.open('CLUSTER1'))
          .then(
            async (session) => (await time.run(() => session.close())) === null,
            () => false,
          ),
      );
    }
    return fates;
  };
  const fates = await run(5);
  expect(fates.filter((ok) => !ok).length).toBeGreaterThan(40);
  expect(fates.filter((ok) => !ok).length).toBeLessThan(80);
  expect(await run(5)).toEqual(fates);
});
