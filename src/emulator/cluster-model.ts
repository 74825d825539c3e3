import { uuidText } from '../bytes/uuid.ts';
import type { GROUP_STATES } from '../interface/clusapi/group.ts';
import { CLUSTER_ENUM, type EnumEntry, type NET_INTERFACE_STATES } from '../interface/clusapi/index.ts';
import type { RESOURCE_STATES } from '../interface/clusapi/resource.ts';
import { invalidOption } from '../status/options.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { seededRandom, uuidSource } from '../transport/random.ts';
import type {
  ClusterDescription,
  NetworkDescription,
  NodeDescription,
  ResourceDescription,
} from './cluster-description.ts';
import type {
  ClusterGroup,
  ClusterNetInterface,
  ClusterNetwork,
  ClusterNode,
  ClusterQuorum,
  ClusterResource,
} from './cluster-parts.ts';
import { ModelChanges } from './model-changes.ts';
import { byName, checkName, found, named } from './named.ts';
import { type ObjectState, statesOf } from './object-states.ts';

/** A disk of the cluster group; Windows 2000 begins with a log of 64 KiB. */
const QUORUM: ClusterQuorum = { name: 'Disk Q:', path: 'Q:\\MSCS\\', maxLogSize: 0x10000 };

/** The group with the cluster's name and address: whoever has it answers for the cluster. */
export const CLUSTER_GROUP = 'Cluster Group';

const CLUSTER_RESOURCES: readonly ResourceDescription[] = [
  { name: 'Cluster IP Address', type: 'IP Address' },
  { name: 'Cluster Name', type: 'Network Name', dependsOn: ['Cluster IP Address'] },
  { name: QUORUM.name, type: 'Physical Disk' },
];

const RESOURCE_TYPES = ['Generic Application', 'Generic Service', 'IP Address', 'Network Name', 'Physical Disk'];

/** The kinds in the order in which ApiCreateEnum lists them; the internal networks can only be asked for alone. */
const COMBINABLE = ['node', 'resourceType', 'resource', 'group', 'network', 'netInterface'] as const;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A cluster as far as its clients see it. Names in any case. */
export class ClusterModel {
  readonly name: string;
  readonly quorum = QUORUM;
  /** What has happened to it. */
  readonly changes = new ModelChanges();
  readonly resourceTypes: readonly string[];
  readonly #nodes: ReadonlyMap<string, Mutable<ClusterNode>>;
  readonly #groups: ReadonlyMap<string, Mutable<ClusterGroup>>;
  readonly #resources: ReadonlyMap<string, ClusterResource>;
  readonly #networks: ReadonlyMap<string, ClusterNetwork>;
  readonly #interfaces: ReadonlyMap<string, ClusterNetInterface>;
  readonly #resourcesById: ReadonlyMap<string, ClusterResource>;

  /** Throws LocalMisuseError for names that no cluster can have. */
  constructor({ name, nodes, groups = [], networks = ['Public'] }: ClusterDescription) {
    // The same cluster has the same ids at every start.
    const newUuid = uuidSource(seededRandom(nodes.length));
    const newId = () => uuidText(newUuid());
    const described = named<NodeDescription>(nodes);
    for (const each of [name, ...described.map((node) => node.name)]) checkName(each);
    const [first] = described;
    if (first === undefined) throw invalidOption('a cluster has one node or more');
    this.name = name;
    this.#nodes = byName(
      described.map((node, index) => ({
        name: node.name,
        id: `${index + 1}`,
        state: node.state ?? 'up',
        ...(node.hostProfile && { hostProfile: node.hostProfile }),
      })),
    );
    this.#networks = byName(
      named<NetworkDescription>(networks).map((network) => ({
        name: network.name,
        id: newId(),
        state: network.state ?? 'up',
      })),
    );
    this.#interfaces = byName(
      this.networks.flatMap((network) =>
        this.nodes.map((node) => ({
          name: `${network.name} (${node.name})`,
          id: newId(),
          node: node.name,
          network: network.name,
        })),
      ),
    );
    const all = [{ name: CLUSTER_GROUP, owner: undefined, resources: CLUSTER_RESOURCES }, ...groups];
    this.#groups = byName(
      all.map((group) => ({
        name: group.name,
        id: newId(),
        owner: this.node(group.owner ?? first.name).name,
        resources: named<ResourceDescription>(group.resources ?? []).map((resource) => resource.name),
      })),
    );
    const resources = all.flatMap((group) =>
      named<ResourceDescription>(group.resources ?? []).map((resource) => ({
        name: resource.name,
        id: newId(),
        type: resource.type ?? 'Generic Service',
        group: group.name,
        state: resource.state ?? 'online',
        dependsOn: resource.dependsOn ?? [],
      })),
    );
    this.#resources = byName(resources);
    this.#resourcesById = new Map(resources.map((resource) => [resource.id, resource]));
    this.resourceTypes = [...new Set([...RESOURCE_TYPES, ...resources.map(({ type }) => type)])];
    for (const { dependsOn } of resources) for (const each of dependsOn) this.resource(each);
    this.#settle();
  }

  get nodes(): readonly ClusterNode[] {
    return [...this.#nodes.values()];
  }

  get groups(): readonly ClusterGroup[] {
    return [...this.#groups.values()];
  }

  get resources(): readonly ClusterResource[] {
    return [...this.#resources.values()];
  }

  get networks(): readonly ClusterNetwork[] {
    return [...this.#networks.values()];
  }

  get netInterfaces(): readonly ClusterNetInterface[] {
    return [...this.#interfaces.values()];
  }

  /** The node that answers for the cluster; null: none is up. */
  get activeNode(): string | null {
    const { owner } = this.group(CLUSTER_GROUP);
    return runs(this.node(owner)) ? owner : null;
  }

  /** Each of these throws the Win32Error that Windows answers for a name that is unknown. */
  node(name: string): ClusterNode {
    return found(this.#nodes, name, 'ERROR_CLUSTER_NODE_NOT_FOUND');
  }

  group(name: string): ClusterGroup {
    return found(this.#groups, name, 'ERROR_GROUP_NOT_FOUND');
  }

  /** By name or by id ([MS-CMRP] 3.1.4.1.9). */
  resource(name: string): ClusterResource {
    return this.#resourcesById.get(name.toLowerCase()) ?? found(this.#resources, name, 'ERROR_RESOURCE_NOT_FOUND');
  }

  network(name: string): ClusterNetwork {
    return found(this.#networks, name, 'ERROR_CLUSTER_NETWORK_NOT_FOUND');
  }

  netInterface(name: string): ClusterNetInterface {
    return found(this.#interfaces, name, 'ERROR_CLUSTER_NETINTERFACE_NOT_FOUND');
  }

  /** Of a group whose node does not run, everything is offline. */
  resourceState({ group, state }: ClusterResource): keyof typeof RESOURCE_STATES {
    return runs(this.node(this.group(group).owner)) ? state : 'offline';
  }

  /** By the precedence of [MS-CMRP] 3.1.4.1.46. */
  groupState({ resources }: ClusterGroup): keyof typeof GROUP_STATES {
    const states = new Set(resources.map((each) => this.resourceState(this.resource(each))));
    if (states.has('failed')) return 'failed';
    if (states.has('online-pending') || states.has('offline-pending') || states.has('initializing')) return 'pending';
    if (!states.has('online')) return 'offline';
    return states.size > 1 ? 'partial-online' : 'online';
  }

  netInterfaceState({ node, network }: ClusterNetInterface): keyof typeof NET_INTERFACE_STATES {
    const { state } = this.network(network);
    if (!runs(this.node(node)) || state === 'unavailable') return 'unavailable';
    return state === 'up' ? 'up' : 'unreachable';
  }

  /** Moves a group. Throws Win32Error for a group or node that is unknown, or a node that is down. */
  failOver(groupName: string, nodeName: string): void {
    const group = found(this.#groups, groupName, 'ERROR_GROUP_NOT_FOUND');
    const node = this.node(nodeName);
    if (!runs(node)) throw new Win32Error(win32Code('ERROR_CLUSTER_NODE_DOWN'), 'MoveClusterGroup');
    this.#change(() => {
      group.owner = node.name;
    });
  }

  /** The node stops; its groups go to the next one that is up, if there is any. */
  nodeDown(name: string): void {
    const node = found(this.#nodes, name, 'ERROR_CLUSTER_NODE_NOT_FOUND');
    this.#change(() => {
      node.state = 'down';
    });
  }

  /** The node comes back. It gets the groups only that nobody else could take. */
  nodeUp(name: string): void {
    const node = found(this.#nodes, name, 'ERROR_CLUSTER_NODE_NOT_FOUND');
    this.#change(() => {
      node.state = 'up';
    });
  }

  /** The answer to ApiCreateEnum; null: no such combination of kinds. */
  enumerate(kinds: number): readonly EnumEntry[] | null {
    const kind = kinds >>> 0;
    if (kind === CLUSTER_ENUM.internalNetwork) return this.#entries('network', CLUSTER_ENUM.internalNetwork);
    const known = COMBINABLE.reduce((mask, each) => mask | CLUSTER_ENUM[each], 0);
    if (kind === 0 || (kind & ~known) !== 0) return null;
    return COMBINABLE.filter((each) => (kind & CLUSTER_ENUM[each]) !== 0).flatMap((each) => this.#entries(each));
  }

  /** Changes states and owners, and tells what is another than before. */
  #change(run: () => void): void {
    const before = statesOf(this);
    run();
    this.#settle();
    const isOther = ({ state }: ObjectState, at: number) => state !== before[at]?.state;
    this.changes.add(statesOf(this).filter(isOther));
  }

  /** Groups of nodes that do not run go to the first one that does. */
  #settle(): void {
    const heir = this.nodes.find(runs);
    if (heir === undefined) return;
    for (const group of this.#groups.values()) if (!runs(this.node(group.owner))) group.owner = heir.name;
  }

  #entries(kind: (typeof COMBINABLE)[number], type: number = CLUSTER_ENUM[kind]): EnumEntry[] {
    return this.#names(kind).map((name) => ({ type, name }));
  }

  #names(kind: (typeof COMBINABLE)[number]): readonly string[] {
    switch (kind) {
      case 'node':
        return namesOf(this.nodes);
      case 'resourceType':
        return this.resourceTypes;
      case 'resource':
        return namesOf(this.resources);
      case 'group':
        return namesOf(this.groups);
      case 'network':
        return namesOf(this.networks);
      case 'netInterface':
        return namesOf(this.netInterfaces);
    }
  }
}

/** A paused node serves what it has; one that joins does not yet. */
function runs({ state }: ClusterNode): boolean {
  return state === 'up' || state === 'paused';
}

function namesOf(list: readonly { readonly name: string }[]): readonly string[] {
  return list.map(({ name }) => name);
}
