import type { PortSample } from '../evidence/netstat-series.ts';
import { type Quantiles, timeForMore } from '../ports/distributions.ts';
import { countPorts, type PortRange } from '../ports/ranges.ts';
import type { PortHistory } from './port-history.ts';
import type { PortLosses } from './port-losses.ts';

export interface PoolEnd {
  /** Numbers up to the highest that was taken, with those of servers above it: the broker has no more than the others. */
  readonly left: number;
  /** Ports are lost so fast, a ms; 0 when fewer than two were. */
  readonly perMs: number;
  /** ms from the first sample on, when an open first finds no port; in the past when the last number was taken. null: not to be told. */
  readonly ms: Quantiles | null;
}

/** Numbers that can have failed unseen: their opens failed at once, so that no sample saw them. */
const UNSEEN = 3;

/**
 * When the pool is used up, if it goes on like that. Losses come at random at a steady rate. How many more it takes depends on how many
 * ports are needed at once: from the most that ever were to as few as usually are.
 */
export function poolEnd(
  history: PortHistory,
  { lostAt, lastBind }: PortLosses,
  samples: readonly PortSample[],
  ranges: readonly PortRange[],
): PoolEnd {
  const ms = (i: number): number => (samples[i] as PortSample).elapsedMs;
  const highest = history.lives.reduce((port, life) => Math.max(port, life.port), 0);
  const taken = numbersUpTo(highest, ranges);
  const left = countPorts(ranges) - taken - history.servers.filter((port) => port > highest).length;
  const lastNew = history.fresh.at(-1) ?? 0;
  const [first, last] = [lostAt[0] ?? 0, lostAt.at(-1) ?? 0];
  const unseen = taken - history.lives.length - history.servers.filter((port) => port <= highest).length;
  const events = lostAt.length - 1;
  if (events < 1 || last === first) return { left, perMs: 0, ms: null };
  const perMs = (events / (ms(last) - ms(first))) * (1 + unseen / lostAt.length);
  if (left <= 0) return { left, perMs, ms: always(ms(lastNew)) };
  const silentFrom = history.held.at(-1) === 0 ? lastBind : samples.length - 1;
  if (left <= UNSEEN && ms(samples.length - 1) - ms(silentFrom) > 0) {
    return { left, perMs, ms: { p05: ms(lastNew), p50: ms(lastBind), p95: ms(lastBind) } };
  }
  const needed = history.held.slice(samples.length >> 1).sort((a, b) => a - b);
  const demand = (share: number): number => needed[Math.floor((needed.length - 1) * share)] ?? 0;
  const more = (held: number): number => Math.max(1, left + history.lives.length - lostAt.length - held + 1);
  const end = ms(samples.length - 1);
  const after = (from: number, count: number, q: number): number =>
    from + timeForMore(count, events, q) * (events / perMs);
  const p50 = Math.max(end, after(ms(last), more(demand(0.99)), 0.5));
  const soonest =
    left <= UNSEEN
      ? ms(lastNew)
      : Math.max(end, Math.min(after(end, left + 1, 0.05), after(ms(last), more(demand(0.99)), 0.05)));
  return { left, perMs, ms: { p05: soonest, p50, p95: Math.max(p50, after(ms(last), more(demand(0.5)), 0.95)) } };
}

function numbersUpTo(port: number, ranges: readonly PortRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + Math.max(0, Math.min(last, port) - first + 1), 0);
}

function always(ms: number): Quantiles {
  return { p05: ms, p50: ms, p95: ms };
}
