import type { QuorumResource } from './cluster-client.ts';

export interface SessionLimits {
  readonly signal?: AbortSignal | undefined;
  /** ms for each call. */
  readonly stageTimeout?: number | undefined;
}

/**
 * What an open cluster can be asked, whichever backend serves it. A new question is written here, and once where each backend
 * answers it: everything between passes all of them on.
 */
export interface ClusterQueries {
  /** Names of the nodes, in the server's order, asked anew. */
  readonly nodes: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** ApiGetQuorumResource ([MS-CMRP] 3.1.4.1.6). */
  readonly quorum: (limits?: SessionLimits) => Promise<QuorumResource>;
}
