import type { NETWORK_STATES } from '../interface/clusapi/network.ts';
import type { NODE_STATES } from '../interface/clusapi/node.ts';
import type { RESOURCE_STATES } from '../interface/clusapi/resource.ts';
import type { HostProfileName } from './host-profiles.ts';

export interface ClusterNode {
  readonly name: string;
  /** Windows numbers nodes from 1 on. */
  readonly id: string;
  readonly state: keyof typeof NODE_STATES;
  /** Its Windows; default: that of the host. */
  readonly hostProfile?: HostProfileName;
}

export interface ClusterResource {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly group: string;
  readonly state: keyof typeof RESOURCE_STATES;
  /** Resources that it needs. */
  readonly dependsOn: readonly string[];
}

export interface ClusterGroup {
  readonly name: string;
  readonly id: string;
  /** The node that has it. */
  readonly owner: string;
  /** Names, in their order. */
  readonly resources: readonly string[];
}

export interface ClusterNetwork {
  readonly name: string;
  readonly id: string;
  readonly state: keyof typeof NETWORK_STATES;
}

export interface ClusterNetInterface {
  readonly name: string;
  readonly id: string;
  readonly node: string;
  readonly network: string;
}

/** The resource that holds the cluster's own state. */
export interface ClusterQuorum {
  readonly name: string;
  /** Where its log lies. */
  readonly path: string;
  /** Bytes. */
  readonly maxLogSize: number;
}
