import type { PortSample } from '../evidence/netstat-series.ts';
import type { PortRange } from '../ports/ranges.ts';

/** The state of a series of samples at one of them. */
export interface PortHistory {
  readonly elapsedMs: number;
  /** Ports of the range bound now. */
  readonly held: number;
  /** Port numbers bound up to now. */
  readonly everBound: number;
  /** Ports that the broker has given away: it gives the lowest free one, so numbers below the highest that never showed failed at once. */
  readonly taken: number;
  /** How often a port was seen to go from free to bound, after the first sample. */
  readonly binds: number;
  /** Ports that were passed over, or that stay bound for good. */
  readonly lost: number;
  /** How many numbers were bound for the first time while others were lost. A fixed process has every port in use when it asks for one more. */
  readonly replaced: number;
}

interface PortRecord {
  bound: boolean;
  readonly atStart: boolean;
  /** ms: when it was bound last, while it is bound; when it was free again, while it is free. */
  since: number;
  passedOver: boolean;
}

/** A port that stays bound for this many recycle times, and was not there from the start, counts as lost too. */
const STUCK_AFTER = 20;

/**
 * Follows every port of the range through the samples. A process takes the port that has been free for longest, so a free port is
 * passed over when one that became free later is bound again before it. A port that goes from one open straight to the next is never
 * seen free: one that stays bound for two recycle times has been taken anew in between too.
 */
export function portHistory(
  samples: readonly PortSample[],
  ranges: readonly PortRange[],
  recycleAfter: number,
): readonly PortHistory[] {
  const ports = new Map<number, PortRecord>();
  let binds = 0;
  let replaced = 0;
  return samples.map(({ elapsedMs, udpPorts }, i) => {
    const bound = new Set(udpPorts.filter((port) => ranges.some(({ first, last }) => port >= first && port <= last)));
    const before = ports.size;
    let latestReused = Number.NEGATIVE_INFINITY;
    for (const port of bound) {
      const record = ports.get(port);
      if (record?.bound) continue;
      if (i > 0) binds += 1;
      if (record !== undefined) latestReused = Math.max(latestReused, record.since);
      ports.set(port, { bound: true, atStart: i === 0, since: elapsedMs, passedOver: false });
    }
    for (const [port, record] of ports) {
      if (!record.bound || bound.has(port)) continue;
      record.bound = false;
      record.since = elapsedMs;
    }
    const all = [...ports.values()];
    const oldestBind = all.reduce(
      (oldest, each) => (each.bound && !each.atStart ? Math.min(oldest, each.since) : oldest),
      Number.POSITIVE_INFINITY,
    );
    for (const record of all) {
      if (record.bound) continue;
      const reusedAround = oldestBind <= record.since && elapsedMs - record.since >= 2 * recycleAfter;
      if (record.since < latestReused || reusedAround) record.passedOver = true;
    }
    const stuckSince = elapsedMs - STUCK_AFTER * recycleAfter;
    const lost = all.filter((each) => (each.bound ? !each.atStart && each.since < stuckSince : each.passedOver)).length;
    const gap = elapsedMs - (samples[i - 1]?.elapsedMs ?? elapsedMs);
    // After a longer gap a port may have come and gone unseen, so that nothing follows from a new number.
    if (lost > 0 && gap < recycleAfter) replaced += ports.size - before;
    return { elapsedMs, held: bound.size, everBound: ports.size, taken: takenOf(ports, ranges), binds, lost, replaced };
  });
}

/** Not where most numbers below the highest were never seen: then that one is a server's own choice, and none of the broker's. */
function takenOf(ports: ReadonlyMap<number, PortRecord>, ranges: readonly PortRange[]): number {
  let highest = 0;
  for (const [port, { atStart }] of ports) if (!atStart && port > highest) highest = port;
  const upTo = ranges.reduce((sum, { first, last }) => sum + Math.max(0, Math.min(last, highest) - first + 1), 0);
  return upTo <= 2 * ports.size ? Math.max(upTo, ports.size) : ports.size;
}
