import { expect, test } from 'vitest';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

function driver(options: { blocked?: () => number } = {}) {
  const clock = new VirtualClock(0);
  const time = new VirtualTime({ clock, ...options });
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.at(clock.now() + ms, resolve));
  return { clock, time, sleep };
}

test('an operation that waits for a timer ends at the time of the timer', async () => {
  const { clock, time, sleep } = driver();
  await time.run(async () => {
    await sleep(1_000);
    await sleep(500);
  });
  expect(clock.now()).toBe(1_500);
});

test('time goes no further than the last pending operation needs', async () => {
  const { clock, time, sleep } = driver();
  clock.at(10_000, () => {});
  await Promise.all([time.run(() => sleep(100)), time.run(() => sleep(300))]);
  expect(clock.now()).toBe(300);
});

test('the one who awaits acts at the time of the event, before the next one', async () => {
  const { clock, time, sleep } = driver();
  const seen: number[] = [];
  await Promise.all(
    [10, 20, 30].map(async (ms) => {
      await time.run(() => sleep(ms));
      seen.push(clock.now());
    }),
  );
  expect(seen).toEqual([10, 20, 30]);
});

test('an advance runs what is due, lets promises settle in between, and stands where it was told to', async () => {
  const { clock, time, sleep } = driver();
  const seen: number[] = [];
  const loop = async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(60_000);
      seen.push(clock.now());
    }
  };
  const running = loop();
  await time.advance('2m');
  expect(seen).toEqual([60_000, 120_000]);
  expect(clock.now()).toBe(120_000);
  await time.advance(90_000);
  expect(clock.now()).toBe(210_000);
  await running;
});

test('an operation may be under way during an advance', async () => {
  const { clock, time, sleep } = driver();
  const long = time.run(() => sleep(5_000));
  await time.advance('1s');
  expect(clock.now()).toBe(1_000);
  await long;
  expect(clock.now()).toBe(5_000);
});

test('an error of the operation goes to its caller', async () => {
  const { time, sleep } = driver();
  const failing = time.run(async () => {
    await sleep(10);
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(() => time.advance('soon')).toThrow('not a duration');
});

test('with nothing scheduled a wait is a standstill, and the next operation works', async () => {
  const { time, sleep } = driver();
  await expect(time.run(() => new Promise(() => {}))).rejects.toMatchObject({ code: 'ERR_CLUSRPC_STANDSTILL' });
  await time.run(() => sleep(5));
});

test('timers that go on for ever do not hide a standstill', async () => {
  let blocked = 1;
  const { clock, time } = driver({ blocked: () => blocked });
  const tick = () => {
    clock.at(clock.now() + 20_000, tick);
  };
  tick();
  await expect(time.run(() => new Promise(() => {}))).rejects.toMatchObject({ code: 'ERR_CLUSRPC_STANDSTILL' });
  expect(clock.now()).toBe(0);
  blocked = 0;
});
