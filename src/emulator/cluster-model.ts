import { CLUSTER_ENUM, type EnumEntry } from '../interface/clusapi/index.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';

export interface ClusterNode {
  readonly name: string;
  readonly up: boolean;
}

export interface ClusterGroup {
  readonly name: string;
  /** The node that has it. */
  readonly owner: string;
  readonly resources: readonly string[];
}

export interface ClusterModelOptions {
  readonly name: string;
  readonly nodes: readonly string[];
  /** Besides the one that holds the cluster's own name and address. */
  readonly groups?: readonly { readonly name: string; readonly resources?: readonly string[] }[];
  readonly networks?: readonly string[];
}

/** The resource that holds the cluster's own state. */
export interface ClusterQuorum {
  readonly name: string;
  /** Where its log lies. */
  readonly path: string;
  /** Bytes. */
  readonly maxLogSize: number;
}

/** A disk of the cluster group; Windows 2000 begins with a log of 64 KiB. */
const QUORUM: ClusterQuorum = { name: 'Disk Q:', path: 'Q:\\MSCS\\', maxLogSize: 0x10000 };

/** The group with the cluster's name and address: whoever has it answers for the cluster. */
export const CLUSTER_GROUP = 'Cluster Group';

const RESOURCE_TYPES = ['Generic Application', 'Generic Service', 'IP Address', 'Network Name', 'Physical Disk'];
/** Names of clusters and nodes are NetBIOS names, 15 characters ([MS-CMRP] 3.1.4.1). */
const LONGEST_NAME = 15;

/** The kinds in the order in which ApiCreateEnum lists them; the internal networks can only be asked for alone. */
const COMBINABLE = ['node', 'resourceType', 'resource', 'group', 'network', 'netInterface'] as const;

/** A cluster as far as its clients see it. Names in any case. */
export class ClusterModel {
  readonly name: string;
  readonly quorum = QUORUM;
  readonly #nodes: { name: string; up: boolean }[];
  readonly #groups: { name: string; owner: string; resources: readonly string[] }[];
  readonly #networks: readonly string[];

  /** Throws LocalMisuseError for names that no cluster can have. */
  constructor({ name, nodes, groups = [], networks = ['Public'] }: ClusterModelOptions) {
    for (const each of [name, ...nodes]) checkName(each);
    const [first] = nodes;
    if (first === undefined || new Set(nodes.map((node) => node.toLowerCase())).size < nodes.length) {
      throw invalid('a cluster has one node or more, each with a name of its own');
    }
    this.name = name;
    this.#nodes = nodes.map((node) => ({ name: node, up: true }));
    this.#networks = networks;
    this.#groups = [
      { name: CLUSTER_GROUP, owner: first, resources: ['Cluster IP Address', 'Cluster Name', QUORUM.name] },
      ...groups.map((group) => ({ name: group.name, owner: first, resources: group.resources ?? [] })),
    ];
  }

  get nodes(): readonly ClusterNode[] {
    return this.#nodes;
  }

  get groups(): readonly ClusterGroup[] {
    return this.#groups;
  }

  /** The node that answers for the cluster; null: none is up. */
  get activeNode(): string | null {
    const owner = this.group(CLUSTER_GROUP).owner;
    return this.#node(owner).up ? owner : null;
  }

  /** Throws Win32Error ERROR_GROUP_NOT_FOUND. */
  group(name: string): ClusterGroup {
    return this.#group(name);
  }

  /** Moves a group. Throws Win32Error for a group or node that is unknown, or a node that is down. */
  failOver(groupName: string, nodeName: string): void {
    const group = this.#group(groupName);
    const node = this.#node(nodeName);
    if (!node.up) throw new Win32Error(win32Code('ERROR_CLUSTER_NODE_DOWN'), 'MoveClusterGroup');
    group.owner = node.name;
  }

  /** The node stops; its groups go to the next one that is up, if there is any. */
  nodeDown(name: string): void {
    const node = this.#node(name);
    node.up = false;
    const heir = this.#nodes.find(({ up }) => up);
    if (heir === undefined) return;
    for (const group of this.#groups) if (group.owner === node.name) group.owner = heir.name;
  }

  /** The node comes back. It gets the groups only that nobody else could take. */
  nodeUp(name: string): void {
    const node = this.#node(name);
    node.up = true;
    for (const group of this.#groups) if (!this.#node(group.owner).up) group.owner = node.name;
  }

  /** The answer to ApiCreateEnum; null: no such combination of kinds. */
  enumerate(kinds: number): readonly EnumEntry[] | null {
    const kind = kinds >>> 0;
    if (kind === CLUSTER_ENUM.internalNetwork) return this.#entries('network', CLUSTER_ENUM.internalNetwork);
    const known = COMBINABLE.reduce((mask, each) => mask | CLUSTER_ENUM[each], 0);
    if (kind === 0 || (kind & ~known) !== 0) return null;
    return COMBINABLE.filter((each) => (kind & CLUSTER_ENUM[each]) !== 0).flatMap((each) => this.#entries(each));
  }

  #entries(kind: (typeof COMBINABLE)[number], type: number = CLUSTER_ENUM[kind]): EnumEntry[] {
    return this.#names(kind).map((name) => ({ type, name }));
  }

  #names(kind: (typeof COMBINABLE)[number]): readonly string[] {
    switch (kind) {
      case 'node':
        return this.#nodes.map(({ name }) => name);
      case 'resourceType':
        return RESOURCE_TYPES;
      case 'resource':
        return this.#groups.flatMap(({ resources }) => resources);
      case 'group':
        return this.#groups.map(({ name }) => name);
      case 'network':
        return this.#networks;
      case 'netInterface':
        return this.#networks.flatMap((network) => this.#nodes.map(({ name }) => `${network} (${name})`));
    }
  }

  #node(name: string) {
    const node = this.#nodes.find((each) => sameName(each.name, name));
    if (node === undefined) throw new Win32Error(win32Code('ERROR_CLUSTER_NODE_NOT_FOUND'), 'OpenClusterNode');
    return node;
  }

  #group(name: string) {
    const group = this.#groups.find((each) => sameName(each.name, name));
    if (group === undefined) throw new Win32Error(win32Code('ERROR_GROUP_NOT_FOUND'), 'OpenClusterGroup');
    return group;
  }
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function checkName(name: string): void {
  if (name.length > 0 && name.length <= LONGEST_NAME && !/[\s.\\/:*?"<>|]/.test(name)) return;
  throw invalid(
    `${JSON.stringify(name)} is no name for a cluster or a node: 1 to ${LONGEST_NAME} characters without dots`,
  );
}

function invalid(message: string): LocalMisuseError {
  return new LocalMisuseError(message, { code: 'ERR_CLUSRPC_INVALID_OPTION' });
}
