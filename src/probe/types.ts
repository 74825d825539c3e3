import type { ClusterVersion } from '../client/cluster-client.ts';
import type { LogonOptions } from '../client/logon.ts';
import type { Reason, StageId } from '../client/stages.ts';
import type { Dialect } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import type { ErrorCode } from '../status/errors.ts';

/** How a stage ended. */
export type StageStatus = 'pass' | 'fail' | 'skip' | 'unknown';

/** An error as a document shows it. `win32` is there when the error has a Win32 number, `wire` for a fault or reject. */
export interface ErrorSummary {
  readonly code: ErrorCode;
  readonly message: string;
  readonly win32?: { readonly code: number; readonly symbol: string };
  /** The status in the PDU's body and its name, where it has one. */
  readonly wire?: { readonly code: number; readonly symbol: string | null };
}

/** How one stage of a probe ended. */
export interface StageResult {
  readonly id: StageId;
  readonly status: StageStatus;
  readonly reason?: Reason;
  readonly ms: number;
  /** One line for people. */
  readonly detail: string;
  /** Where the last answer came from. */
  readonly answeredFrom?: Address;
  readonly error?: ErrorSummary;
  readonly advice?: string;
}

/** What the version of a node says about the hotfix. */
export interface Kb814622 {
  readonly verdict: 'fixed' | 'unknown' | 'not-applicable';
  /** `programs that run on NODE1`. */
  readonly appliesTo: string;
  readonly because: readonly string[];
}

/** A local port that callbacks do not reach, or that could not be tried. */
export interface ClosedPort {
  readonly port: number;
  readonly reason: Reason | 'in-use' | 'untested';
}

/** What one probe of one host found, stage by stage. */
export interface ProbeResult {
  readonly target: string;
  readonly transport: 'udp' | 'tcp' | 'native' | 'ffi';
  /** From 1 on; only there when several cycles were asked for. */
  readonly cycle?: number;
  readonly stages: readonly StageResult[];
  /** The first stage that failed or could not be decided. */
  readonly stoppedAt: StageId | null;
  /** Null until the cluster has told its name; `version` null until it has told that. */
  readonly cluster: {
    readonly name: string;
    readonly node: string;
    readonly version: ClusterVersion | null;
  } | null;
  /** Null without a version. */
  readonly kb814622: Kb814622 | null;
  /** With `eachPort`: the ports that are not open. */
  readonly localPorts: readonly ClosedPort[];
  /** With `eachPort`, once the host has an address: how many were looked at. */
  readonly triedPorts?: number;
}

/** The document `clusrpc/probe/1`. */
export interface ProbeDocument {
  readonly schema: 'clusrpc/probe/1';
  readonly results: readonly ProbeResult[];
}

/** What a probe asks for and how long it waits; times in ms. */
export interface ProbeOptions {
  /**
   * `udp`: ClusAPI 2.0 of Windows NT 4.0 to Server 2003. `tcp`: ClusAPI 3.0 of Server 2008 and later. Default `auto`: over UDP, and over TCP
   * where a host shows no ClusAPI 2.0. `native` and `ffi` go through the clusapi.dll of this machine.
   */
  readonly transport?: 'auto' | 'udp' | 'tcp' | 'native' | 'ffi' | undefined;
  /** Default 135, or what CLUSRPC_HOSTS says. */
  readonly endpointMapperPort?: number | undefined;
  /** Port of the Cluster service, UDP unless `transport` is tcp; the mapper stages are skipped. */
  readonly endpoint?: number | undefined;
  /** The ports that the firewall lets callbacks through to, as `5000-5099,5200`; tried in order. */
  readonly localPorts?: string | undefined;
  /** How the datagram client behaves; default `liberal`, which works with every peer. Strictly as Windows or C706 does otherwise. */
  readonly dialect?: Dialect | undefined;
  /** Local IP address. */
  readonly source?: string | undefined;
  /** Try every local port and list those that are not open. */
  readonly eachPort?: boolean | undefined;
  readonly family?: 4 | 6 | undefined;
  /** The cluster that this Windows machine is a node of, through clusapi.dll; no target is named then. */
  readonly local?: boolean | undefined;
  /** A file with a target a line, beside those that are named. */
  readonly targetsFile?: string | undefined;
  /** Targets at the same time; default 8. */
  readonly concurrency?: number | undefined;
  /** How often each target is probed; default 1. */
  readonly cycles?: number | undefined;
  /** ms for the whole of a target; default 15 000. */
  readonly timeout?: number | undefined;
  /** ms for a stage; default 4 000. */
  readonly stageTimeout?: number | undefined;
  /** Who opens the clusters, by `level`; default: nobody, which a real cluster refuses. One refused logon is the last one. */
  readonly logon?: LogonOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of every stage when it is decided. */
  readonly onStage?:
    | ((stage: StageResult, of: { readonly target: string; readonly cycle: number }) => void)
    | undefined;
  /** Told how many probes there will be, before the first. */
  readonly onBegin?: ((probes: number) => void) | undefined;
  /** Told of every target when it is done. */
  readonly onResult?: ((result: ProbeResult) => void) | undefined;
}
