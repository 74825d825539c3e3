import { describe, expect, test } from 'vitest';
import { OpenGate } from '../../src/cure/open-gate.ts';
import { PortBroker } from '../../src/ports/broker.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import type { RuntimeOptions } from '../../src/ports/profiles.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

const settled = () => new Promise(setImmediate);

describe('tokens', () => {
  test('come back when the port does, and those who wait come in their order', async () => {
    const clock = new VirtualClock(0);
    const gate = new OpenGate({ ports: 2, recycleAfterMs: 100, clock });
    const order: number[] = [];
    const enter = (n: number) =>
      gate.enter().then((pass) => {
        order.push(n);
        return pass;
      });
    const passes = await Promise.all([enter(1), enter(2)]);
    const third = enter(3);
    const fourth = enter(4);
    passes[0]?.closed();
    clock.runUntil(99);
    await settled();
    expect(order).toEqual([1, 2]);
    expect(gate.counters()).toEqual({ free: 0, inUse: 1, returning: 1, lost: 0, waiting: 2 });
    clock.runUntil(100);
    (await third).closed();
    passes[1]?.closed();
    clock.runUntil(300);
    (await fourth).closed();
    expect(order).toEqual([1, 2, 3, 4]);
    expect(() => passes[0]?.closed()).toThrow('used before');
  });

  test('of failed opens are lost on an unfixed machine; when all are, everybody learns it', async () => {
    const clock = new VirtualClock(0);
    const gate = new OpenGate({ ports: 2, clock });
    const failing = () =>
      gate.use(
        () => Promise.reject(new Error('down')),
        () => {},
      );
    await expect(failing()).rejects.toThrow('down');
    const last = await gate.enter();
    const waiting = gate.enter();
    last.failed();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLUSRPC_NO_PORT_LEFT' });
    await expect(failing()).rejects.toMatchObject({ code: 'ERR_CLUSRPC_NO_PORT_LEFT' });
  });

  test('of failed opens come back at once on a fixed one', async () => {
    const gate = new OpenGate({ ports: 1, onFailure: 'retain', clock: new VirtualClock(0) });
    for (let i = 0; i < 10; i++) (await gate.enter()).failed();
    expect(gate.counters()).toMatchObject({ free: 1, lost: 0 });
  });

  test('an abort takes back the place in the row', async () => {
    const gate = new OpenGate({ ports: 1, clock: new VirtualClock(0) });
    await gate.enter();
    const controller = new AbortController();
    const waiting = gate.enter({ signal: controller.signal });
    controller.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    expect(gate.counters().waiting).toBe(0);
  });
});

/** A program with its gate, on the very port model that it is made for. */
test.each([
  ['unfixed', { onFailure: 'leak', reuse: 'by-process' }],
  ['fixed', { onFailure: 'retain', reuse: 'by-process' }],
  ['by the letter', { onFailure: 'leak', reuse: 'never' }],
] as const)('a program that opens far too fast is never refused a port: %s', async (_name, machine) => {
  const clock = new VirtualClock(0);
  const random = seededRandom(7);
  const options: RuntimeOptions = { ...machine, recycleAfter: 100 };
  const { runtime } = new PortBroker(configuredPool([{ first: 5000, last: 5007 }])).startProcess('program', options);
  const gate = new OpenGate({ ports: 8, recycleAfterMs: 100, clock, ...machine });
  const counts = { opened: 0, failed: 0, refused: 0, ended: 0 };
  const cycle = async () => {
    const pass = await gate.enter().catch(() => null);
    if (pass === null) {
      counts.ended++;
      return;
    }
    const result = runtime.open(clock.now());
    if (result.kind !== 'leased') {
      counts.refused++;
      return pass.closed();
    }
    const fails = random() < 0.01;
    await new Promise<void>((resolve) => clock.at(clock.now() + random() * 20, resolve));
    counts[fails ? 'failed' : 'opened']++;
    if (fails) runtime.fail(result.lease, 'reject', clock.now());
    else runtime.close(result.lease, clock.now());
    if (fails) pass.failed();
    else pass.closed();
  };
  const cycles = Array.from({ length: 2_000 }, cycle);
  let over = false;
  void Promise.all(cycles).then(() => {
    over = true;
  });
  while (!over) {
    clock.step();
    await settled();
  }
  expect(counts.refused).toBe(0);
  expect(counts.opened + counts.failed + counts.ended).toBe(2_000);
  if (machine.reuse === 'by-process') expect(counts.failed).toBeGreaterThanOrEqual(8);
  expect(counts.ended > 0).toBe(machine.onFailure === 'leak');
});
