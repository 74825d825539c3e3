import { expect, test } from 'vitest';
import { Schedule } from '../../src/machine/schedule.ts';
import { seededRandom } from '../../src/transport/random.ts';

const owner = (name: number) => ({ name, scheduledAt: Number.POSITIVE_INFINITY });

test('owners come out when they are due, the first one first, whatever order they went in', () => {
  const random = seededRandom(3);
  const schedule = new Schedule<ReturnType<typeof owner>>();
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 1_000));
  times.forEach((at, name) => {
    schedule.wake(owner(name), at);
  });
  const out: number[] = [];
  for (let now = 0; now < 1_000; now += 50)
    for (let next = schedule.take(now); next !== null; next = schedule.take(now)) {
      const at = times[next.name] as number;
      expect(at).toBeLessThanOrEqual(now);
      out.push(at);
    }
  for (let next = schedule.take(1_000); next !== null; next = schedule.take(1_000))
    out.push(times[next.name] as number);
  expect(out).toEqual([...times].sort((a, b) => a - b));
  expect(schedule.next).toBe(Number.POSITIVE_INFINITY);
});

test('an owner that is to be woken earlier comes once, at the earlier time', () => {
  const schedule = new Schedule<ReturnType<typeof owner>>();
  const one = owner(1);
  schedule.wake(one, 100);
  schedule.wake(one, 40);
  expect(schedule.next).toBe(40);
  expect(schedule.take(40)).toBe(one);
  expect(schedule.take(200)).toBe(null);
});

test('an owner that is to be woken later keeps its place, so that setting a timer anew costs nothing', () => {
  const schedule = new Schedule<ReturnType<typeof owner>>();
  const one = owner(1);
  schedule.wake(one, 40);
  for (let i = 0; i < 1_000; i++) schedule.wake(one, 100 + i);
  expect(schedule.take(39)).toBe(null);
  expect(schedule.take(40)).toBe(one);
  expect(schedule.next).toBe(Number.POSITIVE_INFINITY);
});
