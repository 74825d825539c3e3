import {
  ApiCanResourceBeDependent,
  ApiCloseGroup,
  ApiCloseNetInterface,
  ApiCloseNetwork,
  ApiCloseNode,
  ApiCloseResource,
  ApiCreateGroupResourceEnum,
  ApiCreateNetworkEnum,
  ApiCreateNodeEnum,
  ApiCreateResEnum,
  ApiCreateResTypeEnum,
  ApiGetGroupId,
  ApiGetGroupState,
  ApiGetNetInterface,
  ApiGetNetInterfaceId,
  ApiGetNetInterfaceState,
  ApiGetNetworkId,
  ApiGetNetworkState,
  ApiGetNodeId,
  ApiGetNodeState,
  ApiGetResourceId,
  ApiGetResourceState,
  ApiGetResourceType,
  ApiOpenGroup,
  ApiOpenNetInterface,
  ApiOpenNetwork,
  ApiOpenNode,
  ApiOpenResource,
  type CloseResponse,
  type ClusapiOperation,
  type EnumEntry,
  type EnumRequest,
  type EnumResponse,
  GROUP_ENUM,
  GROUP_STATES,
  type HandleRequest,
  NET_INTERFACE_STATES,
  NETWORK_ENUM,
  NETWORK_STATES,
  NODE_ENUM,
  NODE_STATES,
  type OpenRequest,
  type OpenResponse,
  RESOURCE_ENUM,
  RESOURCE_STATES,
  RESOURCE_TYPE_ENUM,
  type StateResponse,
  sameName,
  type TextResponse,
} from '../../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../ndr/context-handle.ts';
import { win32Code } from '../../status/win32.ts';
import { Win32Error } from '../../status/win32-error.ts';
import type { ClusterModel } from '../cluster-model.ts';
import { type NamedKind, openedObject, openObject, type Service, service } from './operation.ts';

/** What each kind of object is in the model. */
type ObjectOf<Kind extends NamedKind> = ReturnType<ClusterModel[Kind]>;

interface Family<Kind extends NamedKind> {
  readonly kind: Kind;
  readonly open: ClusapiOperation<OpenRequest, OpenResponse<Kind>>;
  readonly close: ClusapiOperation<HandleRequest<Kind>, CloseResponse<Kind>>;
  readonly id: ClusapiOperation<HandleRequest<Kind>, TextResponse>;
}

/** Open by name, close and id, which all kinds have. */
function family<Kind extends NamedKind>({ kind, open, close, id }: Family<Kind>): readonly Service[] {
  return [
    service(open, (options, { name }, call) => {
      const object = options.model[kind](name);
      return { handle: openObject(options, call, { kind, name: object.name }) };
    }),
    service(close, (options, { handle }, call) => {
      openedObject(options, call, handle, kind);
      options.handles.remove(call.addressSpace, handle);
      return { handle: NIL_CONTEXT_HANDLE };
    }),
    asked(kind, id, (object) => ({ text: object.id })),
  ];
}

/** A question to an object that a handle names. */
function asked<
  Kind extends NamedKind,
  Request extends HandleRequest<Kind>,
  Response extends TextResponse | StateResponse | EnumResponse,
>(
  kind: Kind,
  operation: ClusapiOperation<Request, Response>,
  answer: (object: ObjectOf<Kind>, model: ClusterModel, request: Request) => Omit<Response, 'status' | 'rpcStatus'>,
): Service {
  return service<Request, Response>(operation, (options, request, call) => {
    const { name } = openedObject<NamedKind>(options, call, request.handle, kind);
    return answer(options.model[kind](name) as ObjectOf<Kind>, options.model, request);
  });
}

/** The lists of an object, by the bit that asks for each. Throws ERROR_INVALID_PARAMETER for a bit without a list. */
function listed(type: number, lists: Readonly<Record<number, readonly string[]>>): readonly EnumEntry[] {
  const bits = Object.keys(lists).map(Number);
  const known = bits.reduce((mask, bit) => mask | bit, 0);
  if (type === 0 || (type & ~known) !== 0) throw new Win32Error(win32Code('ERROR_INVALID_PARAMETER'), 'enumerating');
  return bits
    .filter((bit) => (type & bit) !== 0)
    .flatMap((bit) => (lists[bit] ?? []).map((name) => ({ type: bit, name })));
}

function enumerated<Kind extends NamedKind>(
  kind: Kind,
  operation: ClusapiOperation<EnumRequest<Kind>, EnumResponse>,
  lists: (object: ObjectOf<Kind>, model: ClusterModel) => Readonly<Record<number, readonly string[]>>,
): Service {
  return asked(kind, operation, (object, model, { type }) => ({ entries: listed(type, lists(object, model)) }));
}

export const OBJECT_SERVICES: readonly Service[] = [
  ...family({ kind: 'node', open: ApiOpenNode, close: ApiCloseNode, id: ApiGetNodeId }),
  asked('node', ApiGetNodeState, ({ state }) => ({ state: NODE_STATES[state] })),
  enumerated('node', ApiCreateNodeEnum, ({ name }, model) => ({
    [NODE_ENUM.netInterface]: namesOf(model.netInterfaces, ({ node }) => node === name),
    [NODE_ENUM.group]: namesOf(model.groups, ({ owner }) => owner === name),
  })),
  ...family({ kind: 'group', open: ApiOpenGroup, close: ApiCloseGroup, id: ApiGetGroupId }),
  asked('group', ApiGetGroupState, (group, model) => ({
    state: GROUP_STATES[model.groupState(group)],
    nodeName: group.owner,
  })),
  enumerated('group', ApiCreateGroupResourceEnum, ({ resources }, model) => ({
    [GROUP_ENUM.contains]: resources,
    [GROUP_ENUM.nodes]: namesOf(model.nodes),
  })),
  ...family({ kind: 'resource', open: ApiOpenResource, close: ApiCloseResource, id: ApiGetResourceId }),
  asked('resource', ApiGetResourceState, (resource, model) => ({
    state: RESOURCE_STATES[model.resourceState(resource)],
    nodeName: model.group(resource.group).owner,
    groupName: resource.group,
  })),
  asked('resource', ApiGetResourceType, ({ type }) => ({ text: type })),
  enumerated('resource', ApiCreateResEnum, ({ name, dependsOn }, model) => ({
    [RESOURCE_ENUM.depends]: dependsOn,
    [RESOURCE_ENUM.provides]: namesOf(model.resources, (other) => other.dependsOn.some((each) => sameName(each, name))),
    [RESOURCE_ENUM.nodes]: namesOf(model.nodes),
  })),
  service(ApiCanResourceBeDependent, (options, { resource, dependent }, call) => {
    const first = options.model.resource(openedObject(options, call, resource, 'resource').name);
    const second = options.model.resource(openedObject(options, call, dependent, 'resource').name);
    const circular = first === second || second.dependsOn.some((each) => sameName(each, first.name));
    return circular || first.group !== second.group ? win32Code('ERROR_DEPENDENCY_NOT_ALLOWED') : {};
  }),
  service(ApiCreateResTypeEnum, ({ model }, { typeName, type }) => {
    if (!model.resourceTypes.some((each) => sameName(each, typeName))) {
      return win32Code('ERROR_CLUSTER_RESOURCE_TYPE_NOT_FOUND');
    }
    const entries = listed(type, {
      [RESOURCE_TYPE_ENUM.nodes]: namesOf(model.nodes),
      [RESOURCE_TYPE_ENUM.resources]: namesOf(model.resources, (resource) => sameName(resource.type, typeName)),
    });
    return { entries };
  }),
  ...family({ kind: 'network', open: ApiOpenNetwork, close: ApiCloseNetwork, id: ApiGetNetworkId }),
  asked('network', ApiGetNetworkState, ({ state }) => ({ state: NETWORK_STATES[state] })),
  enumerated('network', ApiCreateNetworkEnum, ({ name }, model) => ({
    [NETWORK_ENUM.netInterface]: namesOf(model.netInterfaces, ({ network }) => network === name),
  })),
  ...family({ kind: 'netInterface', open: ApiOpenNetInterface, close: ApiCloseNetInterface, id: ApiGetNetInterfaceId }),
  asked('netInterface', ApiGetNetInterfaceState, (each, model) => ({
    state: NET_INTERFACE_STATES[model.netInterfaceState(each)],
  })),
  service(ApiGetNetInterface, ({ model }, { nodeName, networkName }) => {
    const node = model.node(nodeName).name;
    const network = model.network(networkName).name;
    const found = model.netInterfaces.find((each) => each.node === node && each.network === network);
    return found === undefined ? win32Code('ERROR_CLUSTER_NETINTERFACE_NOT_FOUND') : { text: found.name };
  }),
];

function namesOf<T extends { readonly name: string }>(list: readonly T[], wanted: (each: T) => boolean = () => true) {
  return list.filter(wanted).map(({ name }) => name);
}
