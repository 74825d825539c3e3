import type { CLUSTER_ENUM, Property } from '../interface/clusapi/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import type { ClusterClient, LimitOptions, QuorumResource } from './cluster-client.ts';
import { type ClusterInventory, readInventory } from './cluster-inventory.ts';
import {
  ClusterObjects,
  type GroupInfo,
  type NetInterfaceInfo,
  type NetworkInfo,
  type NodeInfo,
  type ObjectKind,
  type ResourceInfo,
} from './cluster-objects.ts';
import { type ClusterNotifications, openNotifications } from './notifications.ts';

/** Limits of one question to an open cluster. */
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
  /** Names of all groups. */
  readonly groups: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** Names of all resources. */
  readonly resources: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** Names of all networks. */
  readonly networks: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** Names of all network interfaces. */
  readonly netInterfaces: (limits?: SessionLimits) => Promise<readonly string[]>;
  /** State and id of one object. Throws Win32Error for a name that the cluster does not know, such as 5013. */
  readonly nodeInfo: (name: string, limits?: SessionLimits) => Promise<NodeInfo>;
  /** State, owner and id of a group. */
  readonly groupInfo: (name: string, limits?: SessionLimits) => Promise<GroupInfo>;
  /** By name or id. */
  readonly resourceInfo: (name: string, limits?: SessionLimits) => Promise<ResourceInfo>;
  /** State and id of a network. */
  readonly networkInfo: (name: string, limits?: SessionLimits) => Promise<NetworkInfo>;
  /** State, node and network of a network interface. */
  readonly netInterfaceInfo: (name: string, limits?: SessionLimits) => Promise<NetInterfaceInfo>;
  /** Common properties of an object, those that can only be read first. The cluster itself needs no name. */
  readonly properties: (
    kind: ObjectKind | 'cluster',
    name: string,
    limits?: SessionLimits,
  ) => Promise<readonly Property[]>;
  /** Everything that can be read of the cluster. */
  readonly inventory: (limits?: SessionLimits) => Promise<ClusterInventory>;
  /** ApiGetQuorumResource ([MS-CMRP] 3.1.4.1.6). */
  readonly quorum: (limits?: SessionLimits) => Promise<QuorumResource>;
  /** What happens in the cluster from now on: `for await (const { change, name } of await handle.notifications({ signal }))`. */
  readonly notifications: (limits?: SessionLimits) => Promise<ClusterNotifications>;
}

/** What a backend answers without asking: for each question that it cannot ask. */
export function unanswered(refuse: (question: string) => Error): ClusterQueries {
  return Object.fromEntries(
    Object.keys(QUESTIONS).map((name) => [name, () => Promise.reject(refuse(name))]),
  ) as unknown as ClusterQueries;
}

/** Each asked over ClusAPI, as the holder of this handle of ApiOpenCluster. */
export function queriesOf(client: ClusterClient, handle: ContextHandle): ClusterQueries {
  const objects = new ClusterObjects(client);
  const names = (kind: keyof typeof CLUSTER_ENUM) => (limits?: SessionLimits) => client.names(kind, callLimits(limits));
  return {
    nodes: names('node'),
    groups: names('group'),
    resources: names('resource'),
    networks: names('network'),
    netInterfaces: names('netInterface'),
    nodeInfo: (name, limits) => objects.node(name, callLimits(limits)),
    groupInfo: (name, limits) => objects.group(name, callLimits(limits)),
    resourceInfo: (name, limits) => objects.resource(name, callLimits(limits)),
    networkInfo: (name, limits) => objects.network(name, callLimits(limits)),
    netInterfaceInfo: (name, limits) => objects.netInterface(name, callLimits(limits)),
    properties: (kind, name, limits) =>
      kind === 'cluster'
        ? objects.clusterProperties(handle, callLimits(limits))
        : objects.properties(kind, name, callLimits(limits)),
    inventory: (limits) => readInventory(client, objects, callLimits(limits)),
    quorum: (limits) => client.quorum(callLimits(limits)),
    notifications: (limits) => openNotifications(client, handle, callLimits(limits)),
  };
}

export function callLimits({ signal, stageTimeout }: SessionLimits = {}): LimitOptions {
  return { signal, timeout: stageTimeout };
}

/** Every one of them, which the type sees to. */
const QUESTIONS: Readonly<Record<keyof ClusterQueries, true>> = {
  nodes: true,
  groups: true,
  resources: true,
  networks: true,
  netInterfaces: true,
  nodeInfo: true,
  groupInfo: true,
  resourceInfo: true,
  networkInfo: true,
  netInterfaceInfo: true,
  properties: true,
  inventory: true,
  quorum: true,
  notifications: true,
};
