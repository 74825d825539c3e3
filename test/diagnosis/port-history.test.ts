import { describe, expect, test } from 'vitest';
import { type PortHistory, type PortLife, portHistory } from '../../src/diagnosis/port-history.ts';
import { portLosses } from '../../src/diagnosis/port-losses.ts';
import type { PortSample } from '../../src/evidence/netstat-series.ts';

const MINUTE = 60_000;
const RECYCLE = 4 * MINUTE;
const RANGE = [{ first: 5000, last: 5009 }];

/** One sample a minute; of each port the minutes in which it was bound, first and last. */
function series(
  minutes: number,
  bound: Readonly<Record<number, readonly (readonly [number, number])[]>>,
): PortSample[] {
  return Array.from({ length: minutes }, (_, minute) => ({
    elapsedMs: minute * MINUTE,
    udpPorts: Object.entries(bound)
      .filter(([, runs]) => runs.some(([from, to]) => from <= minute && minute <= to))
      .map(([port]) => Number(port)),
  }));
}

describe('the history of the ports', () => {
  test('knows a port of RPC by how long a closed one stays bound, as far as the samples can tell', () => {
    // Seen for two minutes, a port may have been bound for nearly four; for one, for three at most.
    const samples = series(20, { 5000: [[2, 4]], 5001: [[2, 3]], 5002: [[10, 12]] });
    expect(portHistory(samples, RANGE, RECYCLE)).toMatchObject({
      lives: [
        { port: 5000, first: 2, end: 4 },
        { port: 5002, first: 10, end: 12 },
      ],
      everBound: 3,
      returnedAfterBrief: 0,
    });
  });

  test('takes a run that the series cuts off for as long as it may have been', () => {
    const samples = series(20, { 5000: [[0, 0]], 5001: [[19, 19]], 5002: [[8, 8]] });
    expect(portHistory(samples, RANGE, RECYCLE).lives.map(({ port }) => port)).toEqual([5000, 5001]);
  });

  test('counts what was bound too shortly and came back, and leaves servers and ports outside of the range alone', () => {
    const brief = [
      [2, 2],
      [6, 6],
      [12, 16],
    ] as const;
    const samples = series(20, { 5000: brief, 5001: [[0, 19]], 4999: [[2, 9]], 5010: [[2, 9]], 5009: [[1, 8]] });
    expect(portHistory(samples, RANGE, RECYCLE)).toMatchObject({
      returnedAfterBrief: 2,
      servers: [5001],
      lives: [
        { port: 5000, runs: [{ from: 12, to: 16 }] },
        { port: 5009, runs: [{ from: 1, to: 8 }] },
      ],
      everBound: 3,
    });
  });

  test('a number is new from the first return of another on', () => {
    const again = [
      [1, 5],
      [8, 12],
    ] as const;
    const samples = series(20, { 5000: again, 5001: [[7, 11]], 5002: [[8, 13]], 5003: [[9, 14]] });
    expect(portHistory(samples, RANGE, RECYCLE).fresh).toEqual([8, 9]);
  });

  test('a port that stays bound for two recycle times was taken anew after them, for less it was not', () => {
    const samples = (last: number) =>
      series(20, { 5000: [[1, last]], 5001: [[8, 15]], 5002: [[9, 16]], 5003: [[10, 17]] });
    expect(portHistory(samples(9), RANGE, RECYCLE).fresh).toEqual([9, 10]);
    expect(portHistory(samples(8), RANGE, RECYCLE).fresh).toEqual([]);
  });

  test('a new number below those that are new already was not given by the broker', () => {
    const again = [
      [1, 5],
      [7, 11],
    ] as const;
    const samples = series(20, { 5000: again, 5005: [[8, 12]], 5003: [[9, 13]], 5006: [[10, 14]], 5007: [[11, 15]] });
    const { fresh, strangers, lives } = portHistory(samples, RANGE, RECYCLE);
    expect({ fresh, strangers }).toEqual({ fresh: [9, 10, 11], strangers: 1 });
    expect(lives.map(({ port }) => port)).not.toContain(5005);
  });

  test('the clock of use counts bound ports in recycle times, and a gap in the samples as one', () => {
    const samples: PortSample[] = [
      { elapsedMs: 0, udpPorts: [5000, 5001] },
      { elapsedMs: 2 * MINUTE, udpPorts: [5000] },
      { elapsedMs: 14 * MINUTE, udpPorts: [5000] },
      { elapsedMs: 15 * MINUTE, udpPorts: [] },
      { elapsedMs: 30 * MINUTE, udpPorts: [] },
    ];
    const { held, clock } = portHistory(samples, RANGE, RECYCLE);
    expect(held).toEqual([2, 1, 1, 0, 0]);
    expect(clock).toEqual([0, 1, 2, 2.25, 2.25]);
  });
});

/** A port by the samples of its runs. */
function life(port: number, ...runs: readonly (readonly [number, number])[]): PortLife {
  const list = runs.map(([from, to]) => ({ from, to }));
  return { port, runs: list, first: runs[0]?.[0] ?? 0, end: runs.at(-1)?.[1] ?? 0 };
}

/** A history in which each sample is one open. */
function used(samples: number, lives: readonly PortLife[], fresh: readonly number[] = []): PortHistory {
  const clock = Array.from({ length: samples }, (_, i) => i);
  return {
    lives,
    fresh,
    strangers: 0,
    returnedAfterBrief: 0,
    everBound: lives.length,
    servers: [],
    held: clock,
    clock,
  };
}

describe('a port is lost', () => {
  const losses = (samples: number, lives: readonly PortLife[], fresh: readonly number[] = []) =>
    portLosses(used(samples, lives, fresh), series(samples, {}), RECYCLE);
  /** Rested for four opens: the longest rest. */
  const resting = life(5000, [0, 1], [6, 7]);
  const going = life(5009, [20, 25], [28, 29]);

  test('when others were taken for more than two rounds and three opens since, the longest rest being a round', () => {
    // Of 30 opens the last is number 29; 17 + 2·4 + 3 is 28, and one more decides.
    expect(losses(30, [resting, life(5001, [10, 16]), going])).toMatchObject({ lostAt: [7, 16], longestRest: 4 });
    expect(losses(30, [resting, life(5001, [10, 17]), going])).toMatchObject({ lostAt: [7] });
  });

  test('only while ports are taken at all', () => {
    const last = life(5009, [17, 18]);
    expect(losses(60, [life(5001, [10, 16]), last])).toMatchObject({ lostAt: [], lastBind: 17 });
    expect(losses(60, [life(5001, [10, 15]), last])).toMatchObject({ lostAt: [15], lastBind: 17 });
  });

  test('apart from another when a round of all ports lies between them', () => {
    const ends = (...last: number[]) => last.map((end, i) => life(5001 + i, [2, end]));
    const tail = life(5009, [90, 91], [95, 99]);
    // A loss in sample 20 ends when its port was bound for four minutes, in 24; the longest rest is 4, two of them 8.
    expect(losses(100, [resting, tail, ...ends(20, 32)])).toMatchObject({ lostAt: [7, 20, 32], apart: 2 });
    expect(losses(100, [resting, tail, ...ends(20, 33)])).toMatchObject({ lostAt: [7, 20, 33], apart: 3 });
  });

  test('and replaced by numbers that were new after it, each as far from the last', () => {
    const tail = life(5009, [90, 91], [95, 99]);
    const lost = life(5001, [2, 20]);
    expect(losses(100, [lost, tail], [20]).replaced).toBe(0);
    expect(losses(100, [lost, tail], [21]).replaced).toBe(1);
    expect(losses(100, [lost, tail], [21, 24, 60, 80]).replaced).toBe(3);
  });

  test('and a rest in which another number was new is crossed', () => {
    const tail = life(5009, [90, 91], [95, 99]);
    expect(losses(100, [resting, tail], [3]).crossed).toBe(1);
    expect(losses(100, [resting, tail], [2, 6]).crossed).toBe(0);
  });
});
