import { countPorts, LARGEST_PORT, mergeRanges, type PortRange, withoutRanges } from './ranges.ts';

/** The ports that RPC may use on one machine; `ranges` sorted and merged, `size` the ports in them. */
export interface PortPool {
  readonly size: number;
  readonly ranges: readonly PortRange[];
  /** `configured`: inside the list of the registry or of an option; `dynamic`: ordinary ephemeral ports. */
  readonly kind: 'configured' | 'dynamic';
}

export interface DynamicPortOptions {
  /** 5 for Windows 2000, XP and Server 2003 (4 for NT 4), 6 and above from Vista and Server 2008 on. */
  readonly majorVersion: number;
  /** `Tcpip\Parameters\MaxUserPort` of Windows before Vista: 5000 when it is absent; brought into 5000 to 65534. */
  readonly maxUserPort?: number | undefined;
  /** `Tcpip\Parameters\ReservedPorts` of Windows before Vista, which are never handed out. */
  readonly reservedPorts?: readonly PortRange[] | undefined;
}

/** A pool of the ports that someone named; port 0 cannot be bound and is left out. */
export function configuredPool(ranges: readonly PortRange[]): PortPool {
  return poolOf(withoutRanges(mergeRanges(ranges), [{ first: 0, last: 0 }]), 'configured');
}

/** The ephemeral ports of that Windows: 1025 to MaxUserPort (KB196271), from Vista on 49152 to 65535 (KB929851). */
export function dynamicPool(options: DynamicPortOptions): PortPool {
  if (options.majorVersion >= 6) return poolOf([{ first: 49_152, last: LARGEST_PORT }], 'dynamic');
  const last = Math.min(Math.max(options.maxUserPort ?? 5000, 5000), LARGEST_PORT - 1);
  return poolOf(withoutRanges([{ first: 1025, last }], mergeRanges(options.reservedPorts ?? [])), 'dynamic');
}

/** The pool without those ports. */
export function poolWithout(pool: PortPool, taken: readonly PortRange[]): PortPool {
  return poolOf(withoutRanges(pool.ranges, mergeRanges(taken)), pool.kind);
}

/** The next port of the pool at or above `port`; -1 when there is none. */
export function nextPoolPort(pool: PortPool, port: number): number {
  let low = 0;
  let high = pool.ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pool.ranges[middle] as PortRange).last < port) low = middle + 1;
    else high = middle;
  }
  const range = pool.ranges[low];
  return range === undefined ? -1 : Math.max(port, range.first);
}

export function poolOf(ranges: readonly PortRange[], kind: PortPool['kind']): PortPool {
  return { size: countPorts(ranges), ranges, kind };
}
