import { CLUSTER_CHANGE } from '../interface/clusapi/index.ts';
import type { ClusterModel } from './cluster-model.ts';

export interface ObjectState {
  readonly kind: string;
  readonly name: string;
  /** The bit of CLUSTER_CHANGE that tells of another state. */
  readonly filter: number;
  /** Another text is another state. */
  readonly state: string;
}

/** The state of everything that can change, in an order that stays. A group that moves takes its resources along. */
export function statesOf(model: ClusterModel): readonly ObjectState[] {
  const owner = (group: string) => model.group(group).owner;
  return [
    ...model.nodes.map(({ name, state }) => ({ kind: 'node', name, filter: CLUSTER_CHANGE['node-state'], state })),
    ...model.groups.map((group) => ({
      kind: 'group',
      name: group.name,
      filter: CLUSTER_CHANGE['group-state'],
      state: `${model.groupState(group)} ${group.owner}`,
    })),
    ...model.resources.map((resource) => ({
      kind: 'resource',
      name: resource.name,
      filter: CLUSTER_CHANGE['resource-state'],
      state: `${model.resourceState(resource)} ${owner(resource.group)}`,
    })),
    ...model.netInterfaces.map((each) => ({
      kind: 'netInterface',
      name: each.name,
      filter: CLUSTER_CHANGE['net-interface-state'],
      state: model.netInterfaceState(each),
    })),
  ];
}
