import { expect, test } from 'vitest';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import { PortBroker } from '../../src/ports/broker.ts';
import { drive } from '../../src/soak/drive.ts';
import { planSoak, type SoakOptions } from '../../src/soak/index.ts';
import { modelProgram } from '../../src/soak/model-subject.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

/** A load whose timers are late by so many ms, as those of a busy machine. */
async function lateBy(ms: number, options: SoakOptions) {
  const plan = planSoak('emulated', { ports: '5000-5019', seed: 7, ...options });
  const clock = new VirtualClock(0);
  const program = modelProgram(plan, new PortBroker(plan.pool), 'late', clock);
  const begun: number[] = [];
  const subject: typeof program = {
    ...program,
    clock: { now: () => clock.now(), at: (time, run) => clock.at(time + ms, run) },
    open: (...how) => {
      begun.push(clock.now());
      return program.open(...how);
    },
  };
  const report = await new VirtualTime({ clock }).run(() => drive(plan, subject, {}));
  return { begun, report };
}

test('late timers do not slow the load down', async () => {
  const { begun } = await lateBy(7, { everyMs: 20_000, cycles: 50 });
  expect(begun).toEqual(Array.from({ length: 50 }, (_, n) => (n === 0 ? 0 : 20_000 * n + 7)));
});

test('who was asleep does not open everything at once that was missed', async () => {
  const { begun } = await lateBy(2_000, { everyMs: 20_000, cycles: 3 });
  expect(begun).toEqual([0, 22_000, 44_000]);
});

test('after an open that waited for its port the others follow it', async () => {
  const { begun, report } = await lateBy(0, {
    ports: '5000',
    everyMs: 100_000,
    cycles: 4,
    onExhaustion: 'hang',
    clientProfile: 'windows-2000-sp4',
  });
  // The second open waits from 100 s to 240 s.
  expect(begun).toEqual([0, 100_000, 240_000, 480_000]);
  expect(report.stalls.count).toBe(3);
});
