import type { HostProfileName } from '../emulator/host-profiles.ts';
import type { ClientProfileName, FailureKind, OnFailure, PortReuse } from '../ports/profiles.ts';
import type { FailureDurations, SoakFailureKind } from './failures.ts';

/** What `soak` answers and `--json` prints; times in ms from the first open on. */
export interface SoakReport {
  readonly schema: 'clusrpc/soak/1';
  readonly settings: SoakSettings;
  /** opened + failed + refused. An open that hangs to the end has no outcome and is not among them. */
  readonly cycles: number;
  readonly opened: number;
  readonly failed: number;
  readonly refused: number;
  readonly closed: number;
  readonly ended: SoakEnd;
  readonly stalls: SoakStalls;
  readonly exhausted: SoakExhaustion | null;
  readonly ports: SoakPorts;
  /** In the order of time, the last one at the end of the run. */
  readonly timeline: readonly TimelinePoint[];
  /** Of the opens that succeeded; null when none did, and on virtual time without a cure, where they take none. */
  readonly latencyMs: LatencyQuantiles | null;
  readonly forecast: SoakForecast;
  /** With failures by `call`: how often handles were opened anew after one, each time from another port. */
  readonly reconnects?: number;
  /** Of several programs on one machine, what each did; the report is of the machine then, and `settings` of one program. */
  readonly programs?: readonly SoakedProgramReport[];
  /** The same load with one thing changed each, where that was asked for. */
  readonly variants?: readonly SoakVariant[];
}

/** The same load under another condition, for a comparison. */
export interface SoakVariant {
  /** `unfixed` and `fixed`: a program without a cure on a machine that leaks, and on one that does not. The others: that cure on the machine that leaks. */
  readonly id: 'unfixed' | 'fixed' | 'cached-handle' | 'gated' | 'recycled-process';
  readonly report: SoakReport;
}

/** One program of several. Its last counts, when it was killed. */
export interface SoakedProgramReport extends SoakCounts {
  readonly id: string;
  readonly pid: number | null;
  /** `exit code 0`, `signal SIGKILL` */
  readonly end: string;
  /** Ports that its end gave back. */
  readonly gaveBack: number;
}

export interface SoakCounts {
  readonly cycles: number;
  readonly opened: number;
  readonly failed: number;
  readonly refused: number;
  readonly closed: number;
}

/** What happened to one of several programs. */
export interface SoakProgramEvent {
  readonly id: string;
  readonly pid: number | null;
  /** null: it has started. */
  readonly end: string | null;
  /** Ports that it held, when it has ended. */
  readonly gaveBack: number;
}

/**
 * `cycles` and `duration`: all was done. `standstill`: with `hang`, an open waits for a port that nothing can bring back.
 * `aborted`: by the caller's signal. `three-failures`: a host that is not ours failed three times in a row.
 */
export type SoakEnd = 'cycles' | 'duration' | 'standstill' | 'aborted' | 'three-failures';

/** Everything that the run was made of: with the seed it can be repeated. */
export interface SoakSettings {
  /** `emulated`, or the name or address of a host. */
  readonly target: string;
  readonly time: 'virtual' | 'real';
  /** null: a host, opened from ordinary ports of this machine, which are closed at once and never leak. */
  readonly clientProfile: ClientProfileName | null;
  readonly hostProfile: HostProfileName | null;
  /** As `5000-5019,5050`. */
  readonly ports: string;
  readonly onFailure: OnFailure;
  readonly reuse: PortReuse;
  readonly leakOn: readonly FailureKind[];
  readonly recycleAfterMs: number;
  /** null: no limit. */
  readonly cycles: number | null;
  readonly durationMs: number | null;
  readonly everyMs: number;
  readonly holdMs: number;
  readonly arrivals: 'constant' | 'poisson' | 'bursty';
  /** Opens of a burst. */
  readonly burst: number;
  /** How the hold times scatter around `holdMs`. */
  readonly holds: 'constant' | 'uniform' | 'exponential';
  /** From a close until the same user opens again. */
  readonly thinkMs: number;
  /** How many opens of a trace are played instead; null: none, the load is drawn. */
  readonly traced: number | null;
  /** Cycles under way at once, from open to close; null: no limit. */
  readonly concurrency: number | null;
  readonly failureRate: number;
  readonly failureKind: SoakFailureKind;
  readonly failureMs: FailureDurations;
  readonly onExhaustion: 'fail' | 'hang';
  readonly strategy: 'naive' | 'cached-handle' | 'gated' | 'recycled-process';
  /** On one machine; each of them opens as the settings say. */
  readonly programs: number;
  readonly seed: number;
}

/** An open as it was seen: when, how long the cluster stayed open, and whether it failed. */
export interface TracedOpen {
  /** ms from the first one on, in ascending order. */
  readonly atMs: number;
  readonly holdMs: number;
  readonly fails: boolean;
}

/** A stall begins with an open that finds no port although one will come back, and ends with the next open that gets one. */
export interface SoakStalls {
  readonly count: number;
  readonly longestMs: number;
  readonly first: SoakMoment | null;
}

/** When no port was left for the first time. */
export interface SoakExhaustion {
  readonly at: SoakMoment;
  /** What the open ends with; with `hang` what it would end with, if it ended. */
  readonly error: { readonly code: number; readonly symbol: 'RPC_S_OUT_OF_RESOURCES' };
}

/** A time in the run. */
export interface SoakMoment {
  /** Counted from 1. */
  readonly cycle: number;
  readonly ms: number;
}

/** Ports at the end of the run. */
export interface SoakPorts {
  readonly pool: number;
  readonly inUse: number;
  readonly closing: number;
  readonly recycled: number;
  readonly leaked: number;
  /** The most ports at one time that no open could take. */
  readonly peak: number;
}

/** Ports by state at one time. */
export interface TimelinePoint {
  readonly ms: number;
  readonly inUse: number;
  readonly closing: number;
  readonly recycled: number;
  readonly leaked: number;
}

/** Times of the opens; ms. */
export interface LatencyQuantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What the formulas said beforehand. */
export interface SoakForecast {
  readonly firstRefusalMs: ForecastQuantiles | null;
  readonly exhaustionMs: ForecastQuantiles | null;
  /** The quantiles are those of so many runs of so many opens each, and null means not within these; without it they are computed. */
  readonly simulated?: { readonly runs: number; readonly opens: number };
}

/** A time that is expected, and its band of 5 to 95 %; ms. */
export interface ForecastQuantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** What `soak` tells after each cycle that has its outcome. */
export interface SoakStep extends TimelinePoint {
  readonly cycle: number;
  readonly outcome: 'opened' | 'failed' | 'refused';
}
