import type { Settle } from './bounded-call.ts';
import type { ClusterInformation, NativeLanes } from './cluster-api.ts';

declare const handleBrand: unique symbol;

/** An HCLUSTER as the addon hands it over: opaque, closed when it is collected. */
export interface NativeHandle {
  readonly [handleBrand]: true;
}

export interface NativeRegistryValue {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
  readonly value: string | readonly string[] | number | bigint | Uint8Array;
}

export interface NativeFileVersion {
  readonly fileVersion: readonly [number, number, number, number];
  readonly productVersion: readonly [number, number, number, number];
  readonly flags: number;
  readonly fileType: number;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface NativePort {
  readonly protocol: 'udp' | 'tcp';
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly state: number;
}

/** UDP datagrams of one address family since the system began, each number modulo 2 to the 32nd. */
export interface NativeUdpCounters {
  readonly received: number;
  /** Came for a port that nobody had bound. */
  readonly noPort: number;
  readonly errors: number;
  readonly sent: number;
}

/** The functions of the C++ addon. Each asynchronous one answers the number that `abandon` takes; 0: settled already. */
export interface Addon {
  openCluster(name: string | null, settle: Settle<NativeHandle>): number;
  closeCluster(handle: NativeHandle, settle: Settle<void>): number;
  clusterInformation(handle: NativeHandle, settle: Settle<ClusterInformation>): number;
  clusterNodes(handle: NativeHandle, settle: Settle<readonly string[]>): number;
  nodeClusterState(node: string | null, settle: Settle<number>): number;
  registryKeys(root: number, machine: string, key: string, view: number, settle: Settle<readonly string[]>): number;
  registryValues(
    root: number,
    machine: string,
    key: string,
    view: number,
    settle: Settle<readonly NativeRegistryValue[]>,
  ): number;
  fileVersion(path: string, settle: Settle<NativeFileVersion>): number;
  portTable(settle: Settle<readonly NativePort[]>): number;
  serviceState(machine: string, name: string, settle: Settle<number>): number;
  udpCounters(settle: Settle<readonly NativeUdpCounters[]>): number;
  isElevated(settle: Settle<boolean>): number;
  stats(): NativeLanes;
  setThreads(count: number): void;
  setExitWait(ms: number): void;
  /** Results are handed over by `later(drain)`, where `drain` is to be called in a turn of the event loop of its own. */
  drainBy(later: (drain: () => void) => void): void;
  abandon(id: number): boolean;
  end(): void;
}
