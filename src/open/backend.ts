import type { ClusterVersion } from '../client/cluster-client.ts';
import type { SessionLimits } from '../client/cluster-session.ts';

export const BACKENDS = ['native', 'ffi', 'wire', 'emulated'] as const;

export type Backend = (typeof BACKENDS)[number];

/** An open cluster, whoever serves it. Its functions need no `this`. */
export interface BackendSession {
  readonly name: string;
  readonly node: string;
  readonly version: ClusterVersion;
  readonly nodes: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** Resolves with the error if the close was not confirmed, else null. Never throws, and frees everything local. */
  readonly close: (options?: { timeout?: number }) => Promise<unknown>;
}

export interface OpenLimits extends SessionLimits {
  /** ms for the whole open. */
  readonly timeout?: number | undefined;
}

/** An emulated client machine that opens what it knows by name. */
export interface EmulatedMachine {
  /** Names, in any case, that lead to its emulated clusters. */
  knows(name: string): boolean;
  open(name: string, limits?: OpenLimits): Promise<BackendSession>;
}
