import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { claimLoopbackPair } from '../../src/emulator/loopback.ts';
import { type SoakOptions, type SoakStep, soak } from '../../src/soak/index.ts';

let host: EmulatedHost;

beforeEach(async () => {
  host = await EmulatedHost.start();
});

afterEach(() => host.close());

const soakHost = (options: SoakOptions) =>
  soak(host.address, { ...options, wire: { endpointMapperPort: host.mapperPort, ...options.wire } });

describe('a host over the wire', () => {
  test('is opened and closed as often as told, each time from a port that comes back', async () => {
    const steps: SoakStep[] = [];
    const report = await soakHost({ cycles: 10, everyMs: 1, onStep: (step) => steps.push(step) });
    expect(report).toMatchObject({ cycles: 10, opened: 10, closed: 10, failed: 0, refused: 0, ended: 'cycles' });
    expect(report.ports).toMatchObject({ inUse: 0, closing: 0, leaked: 0 });
    expect(report.latencyMs?.max).toBeGreaterThan(0);
    expect(steps).toHaveLength(10);
    expect(host.calls('ApiOpenCluster')).toHaveLength(10);
    expect(host.calls('ApiCloseCluster')).toHaveLength(10);
    expect(host.counters).toMatchObject({ handles: 0 });
  });

  test('one at a time means one at a time', async () => {
    const report = await soakHost({ cycles: 5, everyMs: 1, holdMs: 20 });
    expect(Math.max(...report.timeline.map(({ inUse }) => inUse))).toBe(0);
    expect(report.timeline.at(-1)?.ms).toBeGreaterThanOrEqual(100);
  });

  test('failures are counted and told, and nothing leaks', async () => {
    host.faults.add({ on: 'ApiOpenCluster', nth: 2, action: { win32: 'ERROR_ACCESS_DENIED' } });
    const failures: [number, unknown][] = [];
    const report = await soakHost({ cycles: 4, everyMs: 1, onFailure: (...failure) => failures.push(failure) });
    expect(report).toMatchObject({ opened: 3, failed: 1, ended: 'cycles', ports: { leaked: 0, inUse: 0 } });
    expect(failures).toEqual([[2, expect.objectContaining({ code: 'ERROR_ACCESS_DENIED', stage: 'open-cluster' })]]);
  });

  test('more at a time than there are local ports is a stall that passes', async () => {
    const addresses = await claimLoopbackPair();
    const wire = { localAddress: addresses.client };
    const report = await soakHost({ cycles: 6, everyMs: 1, holdMs: 300, concurrency: 6, ports: '5000-5001', wire });
    await addresses.release();
    expect(report).toMatchObject({ opened: 2, refused: 4, exhausted: null, ports: { pool: 2 } });
    // The six race for two ports: whether the second winner comes before the first loser is up to the system.
    expect([1, 2]).toContain(report.stalls.count);
  });

  test('an abort closes what is open', async () => {
    const controller = new AbortController();
    const onStep = () => controller.abort();
    const report = await soakHost({ cycles: 5, everyMs: 1, holdMs: 60_000, signal: controller.signal, onStep });
    expect(report).toMatchObject({ ended: 'aborted', opened: 1, closed: 0 });
    expect(host.calls('ApiCloseCluster')).toHaveLength(1);
    expect(host.counters).toMatchObject({ handles: 0 });
  });
});

test('a stranger that fails three times in a row is left alone', async () => {
  const failures: number[] = [];
  // To the system this address is the machine itself, but not to us: nothing leaves, and nobody answers.
  const report = await soak('0.0.0.0', {
    againstRealHost: true,
    everyMs: 1,
    wire: { endpointMapperPort: 9, stageTimeout: 20 },
    onFailure: (cycle) => failures.push(cycle),
  });
  expect(report).toMatchObject({ ended: 'three-failures', cycles: 3, failed: 3 });
  expect(failures).toEqual([1, 2, 3]);
});
