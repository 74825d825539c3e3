import { newServerCounters, type ServerCounters } from '../machine/cl/server/types.ts';
import { type CoServerCounters, newCoServerCounters } from '../machine/co/server/types.ts';
import type { RpcServer } from '../server/rpc-server.ts';
import type { Access } from './access.ts';
import type { CallLog } from './call-log.ts';
import type { Faults } from './faults.ts';

/** What an emulated host has seen since its start, mapper and Cluster service together. */
export interface HostCounters extends Readonly<ServerCounters>, Readonly<CoServerCounters> {
  /** Operations called, executed or not. */
  readonly calls: number;
  /** Context handles that are open now, and those that their clients left behind. */
  readonly handles: number;
  readonly rundowns: number;
  /** Datagrams that came to the mapper's port for another server. */
  readonly forwarded: number;
  /** Logons tried, and those of them that were refused. */
  readonly logons: number;
  readonly logonsRefused: number;
  /** Faults injected. */
  readonly faults: number;
}

export interface CounterSources {
  readonly log: CallLog;
  readonly faults: Faults;
  readonly access: Access;
  readonly forwarded: number;
  readonly handles: number;
  readonly rundowns: number;
  readonly servers: readonly ProtocolCounters[];
}

/** What one server has seen over datagrams and over connections. */
export type ProtocolCounters = Pick<RpcServer, 'counters' | 'tcpCounters'>;

export function hostCounters(sources: CounterSources): HostCounters {
  const { log, faults, access, servers, forwarded, handles, rundowns } = sources;
  const sum = { ...newCoServerCounters(), ...newServerCounters() };
  for (const { counters, tcpCounters } of servers) {
    for (const each of [counters, tcpCounters]) {
      for (const [name, count] of Object.entries(each)) sum[name as keyof typeof sum] += count;
    }
  }
  const { logons, refused } = access.counts;
  return {
    ...sum,
    calls: log.total,
    handles,
    rundowns,
    forwarded,
    logons,
    logonsRefused: refused,
    faults: faults.injected,
  };
}
