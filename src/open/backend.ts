import type { SessionLimits } from '../client/cluster-queries.ts';
import type { ClusterSession } from '../client/cluster-session.ts';
import type { OpenLogonOptions } from '../client/open-logon.ts';
import type { Reconnect } from '../client/reconnect.ts';

/** What can open a cluster: the addon over clusapi.dll, the same DLL through FFI, our own RPC, an emulator in this process. */
export const BACKENDS = ['native', 'ffi', 'wire', 'emulated'] as const;

/** One of BACKENDS. */
export type Backend = (typeof BACKENDS)[number];

/** ms that an open may take as a whole, and each stage of it, unless told otherwise. */
export const DEFAULT_TIMEOUT = 15_000;
export const DEFAULT_STAGE_TIMEOUT = 4_000;

/** How an open goes. clusapi.dll logs on as whoever runs the program, whatever the options say. */
export interface OpenLimits extends SessionLimits, OpenLogonOptions {
  /** ms for the whole open. */
  readonly timeout?: number | undefined;
  /**
   * Go to another node of the cluster when a call on the handle fails as on the list of that Windows, as clusapi.dll does. Default `none`: the
   * caller learns of the failure at once. Each attempt takes a port more, which a firewall range may not have, and logs on with the same
   * credentials at hosts that the cluster named, so that it is for whoever opens to ask for it.
   */
  readonly reconnect?: Reconnect | undefined;
}

/** An emulated client machine that opens what it knows by name. */
export interface EmulatedMachine {
  /** Names, in any case, that lead to its emulated clusters. */
  knows(name: string): boolean;
  open(name: string, limits?: OpenLimits): Promise<ClusterSession>;
}
