import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientMachine, type ClientMachineOptions } from '../../src/emulator/client-machine.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { claimLoopbackPair, type LoopbackPair } from '../../src/emulator/loopback.ts';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import { soakSchema } from '../../src/report/schema/soak.ts';
import { soakText } from '../../src/report/soak-text.ts';
import { clientOptions, soakProgram } from '../../src/soak/emulated.ts';
import { planSoak, type SoakOptions, type SoakReport, type SoakStep, soak } from '../../src/soak/index.ts';
import { CLIENT, virtualHost } from '../emulator/kit.ts';
import { boundPorts } from '../emulator/udp-ports.ts';
import { checkInvariants, type PortOwnership, portOwnership } from '../ports/check-invariants.ts';

describe('whole RPC on a simulated network does what the model says', () => {
  const LOADS: readonly [string, SoakOptions][] = [
    ['leaks until it is exhausted', { everyMs: 17_000, failureRate: 0.2, cycles: 400 }],
    [
      'finds no memory for the binding',
      { everyMs: 17_000, failureRate: 0.3, failureKind: 'no-memory-binding', cycles: 150 },
    ],
    [
      'finds no memory for the socket',
      { everyMs: 17_000, failureRate: 0.3, failureKind: 'no-memory-socket', cycles: 150 },
    ],
    ['finds no memory for the call', { everyMs: 17_000, failureRate: 0.3, failureKind: 'no-memory-call', cycles: 150 }],
    [
      'finds no memory for the handle',
      { everyMs: 17_000, failureRate: 0.3, failureKind: 'no-memory-handle', cycles: 150 },
    ],
    ['leaks by reject', { everyMs: 17_000, failureRate: 0.3, failureKind: 'reject', cycles: 150 }],
    ['leaks by silence', { everyMs: 17_000, failureRate: 0.3, failureKind: 'no-answer', cycles: 150 }],
    ['leaks by lost callbacks', { everyMs: 17_000, failureRate: 0.3, failureKind: 'callback', cycles: 150 }],
    ['is fixed', { everyMs: 17_000, failureRate: 0.3, clientProfile: 'windows-2000-sp4', cycles: 150 }],
    ['stalls', { everyMs: 700, failureRate: 0.1, clientProfile: 'windows-2000-sp4', cycles: 1_000 }],
    ['holds', { everyMs: 17_000, holdMs: 70_000, failureRate: 0.1, cycles: 150 }],
    [
      'hangs and goes on',
      { everyMs: 7_000, failureRate: 0.1, onExhaustion: 'hang', clientProfile: 'windows-2000-sp4', cycles: 100 },
    ],
    ['hangs for good', { everyMs: 17_000, failureRate: 0.3, onExhaustion: 'hang', cycles: 400 }],
    ['uses no port twice', { everyMs: 1_300, clientProfile: 'strict', cycles: 40 }],
    ['one at a time', { everyMs: 1_700, holdMs: 9_100, concurrency: 2, failureRate: 0.2, cycles: 60 }],
  ];

  test.each(LOADS)('%s', async (_name, load) => {
    const options: SoakOptions = { ports: '5000-5019', seed: 7, ...load };
    const model = await soak('emulated', options);
    const whole = await onSimulatedNetwork(options);
    // A program that waits goes on at the very moment at which a port recycles, and a millisecond decides which is first.
    const isExact = options.onExhaustion !== 'hang' && options.concurrency === undefined;
    expect(summary(whole, isExact)).toEqual(summary(model, isExact));
    if (!isExact) return;
    for (const [at, point] of whole.timeline.entries()) {
      const { ms, ...ports } = model.timeline[at] ?? { ms: Number.NaN };
      expect(point).toMatchObject(ports);
      // Opening and closing take milliseconds on the network and none in the model.
      expect(Math.abs(point.ms - ms)).toBeLessThan(10);
    }
  });

  async function onSimulatedNetwork(options: SoakOptions): Promise<SoakReport> {
    const plan = planSoak('emulated', options);
    const callbackGiveUpAfter = plan.settings.failureMs.callback;
    const { clock, network, newUuid, host, rpc } = await virtualHost({ settings: { callbackGiveUpAfter } });
    await rpc.close();
    const rest: ClientMachineOptions = { network, address: CLIENT, newUuid, ports: plan.pool, hosts: [host] };
    const machine = new ClientMachine({ ...clientOptions(plan), ...rest });
    const program = machine.startProcess('soak');
    const time = new VirtualTime({ clock });
    let before: PortOwnership | undefined;
    const onStep = () => {
      expect(checkInvariants(machine.broker, before)).toEqual([]);
      before = portOwnership(machine.broker);
    };
    return time.run(() => soakProgram(plan, { machine, program, cluster: 'CLUSTER1' }, { onStep }));
  }

  function summary(report: SoakReport, isExact: boolean) {
    const { cycles, opened, failed, refused, closed, ended, stalls, exhausted, ports } = report;
    const rough = {
      cycles,
      opened,
      failed,
      refused,
      closed,
      ended,
      exhausted: exhausted?.at.cycle,
      leaked: ports.leaked,
    };
    return isExact ? { ...rough, firstStall: stalls.first?.cycle, stalls: stalls.count, ports } : rough;
  }
});

describe('real time', () => {
  let addresses: LoopbackPair;
  let host: EmulatedHost;

  beforeAll(async () => {
    addresses = await claimLoopbackPair();
    host = await EmulatedHost.start({ address: addresses.host });
  });

  afterAll(async () => {
    await host.close();
    await addresses.release();
  });

  test('the UDP ports that the operating system shows are those of the lease table, at every step', async () => {
    const plan = planSoak('emulated', {
      time: 'real',
      recycleAfterMs: 500,
      ports: '5000-5011',
      everyMs: 40,
      cycles: 80,
      concurrency: 1,
      failureRate: 0.3,
      seed: 7,
    });
    const machine = new ClientMachine({
      ...clientOptions(plan),
      address: addresses.client,
      ports: plan.pool,
      hosts: [host],
    });
    const program = machine.startProcess('soak');
    const steps: SoakStep[] = [];
    const onStep = (step: SoakStep) => {
      steps.push(step);
      const bound = [...machine.broker.leases()].filter(({ state }) => state === 'in-use' || state === 'closing');
      expect(boundPorts(addresses.client)).toEqual(bound.map(({ port }) => port).sort((a, b) => a - b));
    };
    const report = await soakProgram(plan, { machine, program, cluster: 'CLUSTER1' }, { onStep });
    expect(steps).toHaveLength(80);
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['opened', 'failed', 'refused']));
    expect(report.ports.leaked).toBe(report.failed);
    expect(report.latencyMs?.p50).toBeGreaterThan(0);
    await program.end();
    expect(boundPorts(addresses.client)).toEqual([]);
    expect(machine.snapshot()).toEqual({ pool: 12, inUse: 0, closing: 0, recycled: 0, leaked: 0 });
  });
});

test('soak in real time brings its own machines and takes them away', async () => {
  const report = await soak('emulated', {
    time: 'real',
    ports: '5000-5009',
    recycleAfterMs: 500,
    everyMs: 10,
    cycles: 40,
    failureRate: 0.5,
    seed: 3,
  });
  expect(report.cycles).toBe(40);
  expect(report.cycles).toBe(report.opened + report.failed + report.refused);
  expect(report.ports.leaked).toBe(report.failed);
  expect(report.refused).toBeGreaterThan(0);
  expect(report.latencyMs).not.toBeNull();
});

test('an abort in real time ends a program that hangs', async () => {
  const controller = new AbortController();
  const report = await soak('emulated', {
    time: 'real',
    ports: '5000-5001',
    everyMs: 5,
    cycles: 40,
    onExhaustion: 'hang',
    clientProfile: 'windows-2000-sp4',
    signal: controller.signal,
    onStep: ({ cycle }) => {
      if (cycle === 2) setTimeout(() => controller.abort(), 30);
    },
  });
  expect(report).toMatchObject({ ended: 'aborted', cycles: 2, opened: 2, stalls: { count: 1 } });
});

test('a call that fails costs a port: the handle reconnects from another one', async () => {
  const run = (options: SoakOptions) =>
    soak('emulated', {
      time: 'real',
      ports: '5000-5029',
      cycles: 10,
      everyMs: 1,
      failureRate: 1,
      failureKind: 'call',
      ...options,
    });
  const kept = await run({});
  expect(kept).toMatchObject({
    opened: 10,
    failed: 0,
    refused: 0,
    closed: 10,
    reconnects: 10,
    ports: { closing: 20, leaked: 0 },
  });
  const lost = await run({ leakOn: ['call-failed-later'] });
  expect(lost).toMatchObject({ opened: 10, reconnects: 10, ports: { closing: 10, leaked: 10 } });
  expect(soakSchema.parse(lost)).toEqual(lost);
  expect(soakText(lost)).toMatch(/Reconnects +10, each from a port of its own/);
  expect(kept.ports.peak).toBe(20);
  await expect(soak('emulated', { failureKind: 'call' })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
});
