import { expect, test } from 'vitest';
import {
  attemptsUntilFailures,
  erlangLoss,
  failuresAmong,
  fewerByChance,
  mostUnseen,
  type Turn,
  timeForMore,
  turnOfLastFailure,
} from '../../src/ports/distributions.ts';

/** P(Bin(n, p) = k) by multiplication, for small n. */
function binomial(n: number, k: number, p: number): number {
  let value = 1;
  for (let i = 0; i < k; i++) value *= ((n - i) / (k - i)) * p;
  return value * (1 - p) ** (n - k);
}

const atMost = (n: number, x: number, p: number): number =>
  Array.from({ length: x + 1 }, (_, k) => binomial(n, k, p)).reduce((sum, term) => sum + term, 0);

test('binomial quantiles are those of the sum of their terms', () => {
  for (const n of [1, 5, 30, 200]) {
    for (const p of [0.01, 0.2, 0.5, 0.93]) {
      for (const q of [0.05, 0.5, 0.951]) {
        const x = failuresAmong(n, p, q);
        expect(atMost(n, x, p)).toBeGreaterThanOrEqual(q - 1e-9);
        if (x > 0) expect(atMost(n, x - 1, p)).toBeLessThan(q + 1e-9);
      }
    }
  }
});

test('the attempts until the k-th failure are those of the sum of the binomial terms', () => {
  for (const k of [1, 3, 12]) {
    for (const p of [0.05, 0.3, 0.9]) {
      for (const q of [0.05, 0.5, 0.951]) {
        const n = attemptsUntilFailures(k, p, q);
        const reached = (attempts: number): number => 1 - atMost(attempts, k - 1, p);
        expect(reached(n)).toBeGreaterThanOrEqual(q - 1e-9);
        if (n > k) expect(reached(n - 1)).toBeLessThan(q + 1e-9);
      }
    }
  }
});

test('rare failures follow the limit laws: exponential for one, Poisson for many', () => {
  expect(attemptsUntilFailures(1, 1e-9, 0.5)).toBeCloseTo(Math.LN2 * 1e9, -1);
  // The 95 per cent point of the Poisson distribution of mean 100 is 117.
  expect(failuresAmong(1e12, 1e-10, 0.95)).toBe(117);
  // The median of the gamma distribution of shape k is k - 1/3 + O(1/k).
  expect(attemptsUntilFailures(65_000, 1e-9, 0.5) * 1e-9).toBeCloseTo(65_000 - 1 / 3, 2);
});

test('the turn in which the last of several fails is where its distribution reaches the share', () => {
  const within = (places: number, p: number, { round, place }: Turn): number =>
    (1 - (1 - p) ** (round + 1)) ** place * (1 - (1 - p) ** round) ** (places - place);
  for (const places of [1, 2, 7, 40]) {
    for (const p of [0.02, 0.5, 0.9]) {
      for (const q of [0.05, 0.5, 0.95]) {
        const turn = turnOfLastFailure(places, p, q);
        expect(within(places, p, turn)).toBeGreaterThanOrEqual(q - 1e-9);
        const { round, place } = turn;
        const before = place > 1 ? { round, place: place - 1 } : { round: round - 1, place: places };
        if (before.round >= 0) expect(within(places, p, before)).toBeLessThan(q + 1e-9);
      }
    }
  }
  expect(turnOfLastFailure(10, 1, 0.9)).toEqual({ round: 0, place: 10 });
  expect(turnOfLastFailure(0, 0.5, 0.5)).toEqual({ round: 0, place: 0 });
});

test("Erlang's loss formula gives the figures of his table", () => {
  expect(erlangLoss(1, 1)).toBeCloseTo(0.5, 10);
  expect(erlangLoss(10, 5)).toBeCloseTo(0.0184, 4);
  expect(erlangLoss(0, 5)).toBe(1);
  expect(erlangLoss(5, 0)).toBe(0);
});

test('the time for more events of a random stream: the ratio of two exponential times by hand, a known rate in the limit', () => {
  for (const q of [0.05, 0.5, 0.95]) expect(timeForMore(1, 1, q)).toBeCloseTo(q / (1 - q), 5);
  // With a rate known well, one event takes -ln(1 - q) mean distances, and the last `seen` took as many of them.
  expect(timeForMore(1, 1e6, 0.95) * 1e6).toBeCloseTo(-Math.log(0.05), 2);
});

test('nothing seen excludes a mean of three with 95 %', () => {
  expect(mostUnseen(0.95)).toBeCloseTo(2.9957, 4);
});

test('how seldom so few marked ones are hit by chance is the sum of the hypergeometric terms, over strata too', () => {
  const tea = { marked: 4, markedHit: 0, others: 4, othersHit: 4 };
  expect(fewerByChance([tea])).toBeCloseTo(1 / 70, 12);
  expect(fewerByChance([{ ...tea, markedHit: 1, othersHit: 3 }])).toBeCloseTo(17 / 70, 12);
  expect(fewerByChance([tea, tea])).toBeCloseTo(1 / 70 ** 2, 12);
  expect(fewerByChance([tea, { ...tea, markedHit: 1, othersHit: 3 }])).toBeCloseTo((17 + 16) / 70 ** 2, 12);
});

test('without anything to compare chance explains all', () => {
  expect(fewerByChance([])).toBe(1);
  expect(fewerByChance([{ marked: 5, markedHit: 0, others: 0, othersHit: 0 }])).toBe(1);
  expect(fewerByChance([{ marked: 5, markedHit: 0, others: 5, othersHit: 0 }])).toBeCloseTo(1, 12);
});

test('large numbers are judged by a bound of the normal distribution, close to the exact value', () => {
  const share = (scale: number) => ({
    marked: 50 * scale,
    markedHit: 20 * scale,
    others: 200 * scale,
    othersHit: 120 * scale,
  });
  expect(fewerByChance([share(1)])).toBeGreaterThan(1e-3);
  const [exact, bound] = [fewerByChance([share(20)]), fewerByChance([share(21)])];
  expect(Math.log10(bound)).toBeGreaterThan(1.25 * Math.log10(exact));
  expect(Math.log10(bound)).toBeLessThan(0.9 * Math.log10(exact));
});
